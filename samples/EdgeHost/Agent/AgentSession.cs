namespace Clovisor.EdgeHost.Agent;

/// <summary>A session as the agent lists it.</summary>
internal sealed record AgentSession(string Protocol, string Source, string Destination, string? Association, string? Link, string? TranslatedSource)
{
    public string? Route { get; init; }

    public long BytesOut { get; init; }

    public long BytesIn { get; init; }
}
