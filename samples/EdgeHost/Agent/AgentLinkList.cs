namespace Clovisor.EdgeHost.Agent;

/// <summary>The links as the agent lists them, and which of them the associations take.</summary>
internal sealed record AgentLinkList(IReadOnlyList<AgentLinkList.Link> Links, IReadOnlyList<AgentLinkList.Association> Associations)
{
    internal sealed record Link(string Name, string Device, string State, DateTimeOffset? Since, string? Reason)
    {
        public IReadOnlyList<string> NextHops { get; init; } = [];

        public IReadOnlyList<string> Sources { get; init; } = [];

        /// <summary>translated, preserved or paired.</summary>
        public string? Addressing { get; init; }

        /// <summary>The site at the far end of a paired link.</summary>
        public string? Peer { get; init; }

        public IReadOnlyList<Target> Targets { get; init; } = [];

        /// <summary>Whether sessions may take it.</summary>
        public bool IsUsable => State is "Up" or "Degraded";
    }

    internal sealed record Target(string Address, bool Alive, double? Loss, double? LatencyMs, double? JitterMs, string? Error);

    internal sealed record Association(string Name, IReadOnlyList<string> Links);
}
