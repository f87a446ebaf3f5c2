using System.Text.Json;
using System.Text.Json.Serialization;
using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Cloud;
using Clovisor.EdgeHost.Demo;

namespace Clovisor.EdgeHost.Transport;

/// <summary>Everything that the roles say to each other, and the verdict.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClientSample))]
[JsonSerializable(typeof(ConnectionRecord[]))]
[JsonSerializable(typeof(AgentRules))]
[JsonSerializable(typeof(AgentHealth))]
[JsonSerializable(typeof(AgentSessionList))]
[JsonSerializable(typeof(SessionReport))]
[JsonSerializable(typeof(SessionAnswer))]
[JsonSerializable(typeof(Verdict))]
internal sealed partial class EdgeJson : JsonSerializerContext;
