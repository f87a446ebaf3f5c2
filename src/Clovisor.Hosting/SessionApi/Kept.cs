using System.Text.Json.Serialization;

namespace Clovisor.Hosting.SessionApi;

/// <summary>What a live session keeps against its last report: its peer knows it by an address of its link, and would not know it by another.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Kept>))]
internal enum Kept
{
    /// <summary>The link that it began on, though its association would choose another.</summary>
    [JsonStringEnumMemberName("link")]
    Link,

    /// <summary>Its association with the link, though its last report belongs to none.</summary>
    [JsonStringEnumMemberName("association")]
    Association,
}
