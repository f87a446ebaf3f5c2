using System.Text.Json;

namespace Clovisor.Istio.Sources.Kubernetes.Connection;

/// <summary>One answer to a list: some objects, the version of the whole list, and how to go on.</summary>
internal sealed record ListPage(string ResourceVersion, string Continue, List<RawObject> Items)
{
    /// <summary>Reads an answer.</summary>
    /// <exception cref="JsonException">It is not a list.</exception>
    public static ListPage Read(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = 200 });
        string version = "";
        string next = "";
        var items = new List<RawObject>();
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isItems = reader.ValueTextEquals("items"u8);
            bool isMetadata = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (isItems && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    int start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    items.Add(RawObject.Read(json[start..(int)reader.BytesConsumed]));
                }
            }
            else if (isMetadata && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    bool isVersion = reader.ValueTextEquals("resourceVersion"u8);
                    bool isContinue = reader.ValueTextEquals("continue"u8);
                    reader.Read();
                    version = isVersion ? reader.GetString()! : version;
                    next = isContinue ? reader.GetString()! : next;
                    reader.Skip();
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return version.Length > 0 ? new ListPage(version, next, items) : throw new JsonException("The answer to a list has no resourceVersion.");
    }
}
