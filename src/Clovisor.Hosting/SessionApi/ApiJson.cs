using System.Text.Json;
using System.Text.Json.Serialization;

namespace Clovisor.Hosting.SessionApi;

/// <summary>The JSON of the API. Unknown members are refused: a misspelt field must not be taken for an absent one.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(SessionReport))]
[JsonSerializable(typeof(SessionBatch))]
[JsonSerializable(typeof(SessionAnswer))]
[JsonSerializable(typeof(SessionBatchAnswer))]
[JsonSerializable(typeof(ApiErrors))]
[JsonSerializable(typeof(SessionList))]
[JsonSerializable(typeof(LinkList))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(RulesView))]
[JsonSerializable(typeof(ExplainView))]
[JsonSerializable(typeof(HealthView))]
internal sealed partial class ApiJson : JsonSerializerContext;
