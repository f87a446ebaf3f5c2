using System.Text.Json;
using System.Text.Json.Serialization;

namespace Clovisor.Hosting.Kubernetes.Status;

/// <summary>The JSON of a status. Unknown members are passed over: they are of a newer version.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(SecondsConverter)])]
[JsonSerializable(typeof(WanObjectStatus))]
[JsonSerializable(typeof(StatusDocument))]
internal sealed partial class StatusJson : JsonSerializerContext;

/// <summary>What is applied to an object: who it is, and the fields of its status.</summary>
internal sealed record StatusDocument(string ApiVersion, string Kind, StatusDocument.Identity Metadata, WanObjectStatus Status)
{
    internal sealed record Identity(string Name);
}

/// <summary>Kubernetes writes times in whole seconds.</summary>
internal sealed class SecondsConverter : JsonConverter<DateTimeOffset>
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString(Form, System.Globalization.CultureInfo.InvariantCulture));
}
