namespace Clovisor.EdgeHost.Agent;

/// <summary>How the agent is.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
internal sealed record AgentHealth(string Status, IReadOnlyList<AgentHealth.Part>? Parts)
{
    /// <summary>Every reason of every part, the part's name in front.</summary>
    public IEnumerable<string> Reasons => from part in Parts ?? [] from reason in part.Reasons ?? [] select $"{part.Name}: {reason}";

    /// <summary>One part of the agent.</summary>
    internal sealed record Part(string Name, string Status, IReadOnlyList<string>? Reasons, IReadOnlyList<string>? Warnings = null);
}
