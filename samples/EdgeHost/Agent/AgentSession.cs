namespace Clovisor.EdgeHost.Agent;

/// <summary>A session as the agent lists it.</summary>
internal sealed record AgentSession(string Protocol, string Source, string Destination, string? Association, string? Link, string? TranslatedSource)
{
    public string? Route { get; init; }

    /// <summary>What it keeps against its last report: <c>link</c> or <c>association</c>. Null: nothing.</summary>
    public string? Keeps { get; init; }

    public long BytesOut { get; init; }

    public long BytesIn { get; init; }
}
