namespace Clovisor.EdgeHost.Agent;

/// <summary>The sessions that the agent holds.</summary>
internal sealed record AgentSessionList(IReadOnlyList<AgentSession> Sessions);
