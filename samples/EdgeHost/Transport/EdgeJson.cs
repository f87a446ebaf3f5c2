using System.Text.Json;
using System.Text.Json.Serialization;
using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Cloud;
using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Trial;

namespace Clovisor.EdgeHost.Transport;

/// <summary>Everything that the roles say to each other, and the verdict.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClientSample))]
[JsonSerializable(typeof(ConnectionRecord[]))]
[JsonSerializable(typeof(AgentRules))]
[JsonSerializable(typeof(AgentHealth))]
[JsonSerializable(typeof(AgentSessionList))]
[JsonSerializable(typeof(AgentEvent))]
[JsonSerializable(typeof(SessionReport))]
[JsonSerializable(typeof(SessionAnswer))]
[JsonSerializable(typeof(AgentLinkList))]
[JsonSerializable(typeof(AgentExplanation))]
[JsonSerializable(typeof(AgentErrors))]
[JsonSerializable(typeof(Findings))]
[JsonSerializable(typeof(SimulatedChange[]))]
[JsonSerializable(typeof(Verdict))]
internal sealed partial class EdgeJson : JsonSerializerContext;
