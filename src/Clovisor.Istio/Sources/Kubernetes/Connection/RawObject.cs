using System.Text.Json;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Sources.Kubernetes.Connection;

/// <summary>An object as it came, with as much read of it as says which it is and whether it is known already.</summary>
internal readonly record struct RawObject(ObjectKey Key, string ResourceVersion, ReadOnlyMemory<byte> Json)
{
    /// <summary>Reads the metadata of an object and passes over the rest.</summary>
    /// <exception cref="JsonException">It is not a JSON object.</exception>
    public static RawObject Read(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = 200 });
        reader.Read();
        string name = "";
        string scope = "";
        string version = "";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool metadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (!metadata || reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                int which = reader.ValueTextEquals("name"u8) ? 1 : reader.ValueTextEquals("namespace"u8) ? 2 : reader.ValueTextEquals("resourceVersion"u8) ? 3 : 0;
                reader.Read();
                string text = which > 0 && reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
                name = which == 1 ? text : name;
                scope = which == 2 ? text : scope;
                version = which == 3 ? text : version;
                reader.Skip();
            }
        }

        return new RawObject(new ObjectKey(scope, name), version, json);
    }
}
