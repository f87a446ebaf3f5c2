using System.Text;
using System.Text.Json;

namespace Clovisor.Istio.Serialization;

/// <summary>Builds the tree of a JSON document as an API server sends it: the same tree that YAML becomes, so that one binder reads both. It knows no lines.</summary>
internal static class JsonTree
{
    // As deep as an API server accepts, with room to spare.
    private const int MaximumDepth = 200;

    /// <summary>Reads a document.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static YamlNode Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaximumDepth });
        reader.Read();
        return Node(ref reader);
    }

    private static YamlNode Node(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var mapping = new YamlNode(YamlKind.Mapping, 0);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    string name = reader.GetString()!;
                    reader.Read();
                    if (name == "managedFields")
                    {
                        // Who set which field. Often longer than the object itself, and nothing that anybody here reads.
                        reader.Skip();
                        continue;
                    }

                    mapping.Fields.Add(new YamlField(name, Node(ref reader), 0));
                }

                return mapping;
            case JsonTokenType.StartArray:
                var sequence = new YamlNode(YamlKind.Sequence, 0);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    sequence.Items.Add(Node(ref reader));
                }

                return sequence;
            case JsonTokenType.String:
                return new YamlNode(YamlKind.Scalar, 0) { Text = reader.GetString()! };
            default:
                return new YamlNode(YamlKind.Scalar, 0) { Text = Encoding.UTF8.GetString(reader.ValueSpan), Plain = true };
        }
    }
}
