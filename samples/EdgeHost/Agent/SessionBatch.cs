namespace Clovisor.EdgeHost.Agent;

/// <summary>Several reports at once; with none in it, the cheapest question whether the agent takes reports.</summary>
internal sealed record SessionBatch(IReadOnlyList<SessionReport> Sessions);
