namespace Clovisor.EdgeHost.Agent;

/// <summary>A session as the agent lists it.</summary>
internal sealed record AgentSession(string Protocol, string Source, string Destination, string? Association, string? Link, string? TranslatedSource)
{
    /// <summary>translated, preserved or paired; null until its first packet has taken a link.</summary>
    public string? Addressing { get; init; }

    /// <summary>Of a paired session, whose source and destination are its home addresses.</summary>
    public string? TranslatedDestination { get; init; }

    public string? Peer { get; init; }

    public string? HomeLink { get; init; }

    public string? Route { get; init; }

    /// <summary>What it keeps against its last report: <c>link</c> or <c>association</c>. Null: nothing.</summary>
    public string? Keeps { get; init; }

    public long BytesOut { get; init; }

    public long BytesIn { get; init; }
}
