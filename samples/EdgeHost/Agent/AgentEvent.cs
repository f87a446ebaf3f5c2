namespace Clovisor.EdgeHost.Agent;

/// <summary>An event as the agent tells it.</summary>
internal sealed record AgentEvent(DateTimeOffset Time, string Kind)
{
    public string? Protocol { get; init; }

    public string? Source { get; init; }

    public string? Destination { get; init; }

    public string? Association { get; init; }

    public string? Link { get; init; }

    /// <summary>Why a packet was dropped.</summary>
    public string? Reason { get; init; }

    /// <summary>How many events were not told; null for others than <c>lost</c>.</summary>
    public long? Lost { get; init; }
}
