using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Clovisor.Istio.Sources.Kubernetes.Storage;

/// <summary>Writes of an object what is worth to be stored: no bookkeeping, no version, and of the status what routing reads.</summary>
internal static class StoredObject
{
    // As deep as an API server accepts, with room to spare.
    private const int MaximumDepth = 200;

    /// <summary>Reduces an object.</summary>
    /// <exception cref="JsonException">It is not a JSON object.</exception>
    public static byte[] Reduce(ReadOnlyMemory<byte> json, ImmutableArray<string> statusFields)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaximumDepth });
        var buffer = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = MaximumDepth }))
        {
            writer.WriteStartObject();
            foreach (JsonProperty field in document.RootElement.EnumerateObject())
            {
                switch (field.Name)
                {
                    case "apiVersion" or "kind":
                        // A list says them once, a watch of each; the file says them once.
                        break;
                    case "metadata":
                        Write(writer, field, static (name, _) => name is not ("resourceVersion" or "managedFields"), statusFields);
                        break;
                    case "status":
                        Write(writer, field, static (name, fields) => fields.Contains(name), statusFields);
                        break;
                    default:
                        field.WriteTo(writer);
                        break;
                }
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonProperty field, Func<string, ImmutableArray<string>, bool> counts, ImmutableArray<string> statusFields)
    {
        if (field.Value.ValueKind != JsonValueKind.Object)
        {
            field.WriteTo(writer);
            return;
        }

        writer.WriteStartObject(field.Name);
        foreach (JsonProperty part in field.Value.EnumerateObject().Where(part => counts(part.Name, statusFields)))
        {
            part.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
