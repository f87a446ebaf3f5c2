using System.Text.Json;
using System.Text.Json.Serialization;

namespace Clovisor.Hosting.SessionApi;

/// <summary>Headers as a list of name and value, which keeps order and repetition, or in short as an object of names.</summary>
internal sealed class ReportHeadersConverter : JsonConverter<IReadOnlyList<ReportHeader>>
{
    public override IReadOnlyList<ReportHeader> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        List<ReportHeader> headers = [];
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                string name = reader.GetString()!;
                reader.Read();
                headers.Add(new ReportHeader(name, Text(ref reader)));
            }

            return headers;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("headers must be a list of {\"name\", \"value\"}, or an object of name to value.");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            headers.Add(ReadHeader(ref reader));
        }

        return headers;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<ReportHeader> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (ReportHeader header in value)
        {
            writer.WriteStartObject();
            writer.WriteString("name", header.Name);
            writer.WriteString("value", header.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static ReportHeader ReadHeader(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A header must be an object of \"name\" and \"value\".");
        }

        string? name = null;
        string? value = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string property = reader.GetString()!;
            reader.Read();
            switch (property)
            {
                case "name":
                    name = Text(ref reader);
                    break;
                case "value":
                    value = Text(ref reader);
                    break;
                default:
                    throw new JsonException($"A header has \"name\" and \"value\"; \"{property}\" is neither.");
            }
        }

        return name is null || value is null
            ? throw new JsonException("A header needs both \"name\" and \"value\".")
            : new ReportHeader(name, value);
    }

    private static string Text(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("The name and the value of a header are text.");
}
