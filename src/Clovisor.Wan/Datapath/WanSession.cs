using System.Net;

namespace Clovisor.Wan.Datapath;

/// <summary>A session as the kernel holds it, at the moment of reading.</summary>
public sealed record WanSession
{
    /// <summary>Its name.</summary>
    public required SessionTuple Tuple { get; init; }

    /// <summary>The position of its association in the plan in force, or null when that association is gone.</summary>
    public required int? Association { get; init; }

    /// <summary>The name of that association; null as <see cref="Association"/> is. Unlike a position it means the same after a change of plan.</summary>
    public string? AssociationName { get; init; }

    /// <summary>The position of the link that it takes, or null when it has none now.</summary>
    public required int? Link { get; init; }

    /// <summary>The name of that link; null as <see cref="Link"/> is.</summary>
    public string? LinkName { get; init; }

    /// <summary>Whether it stays on a link that a new session in its place would not take: its peer knows it by an address of that link.</summary>
    public bool KeepsLink { get; init; }

    /// <summary>The source it is translated to, or null when it is not translated.</summary>
    public IPEndPoint? TranslatedSource { get; init; }

    /// <summary>Bytes that left by this session from the network header on, since it was entered.</summary>
    public long BytesOut { get; init; }

    /// <summary>Bytes that came back by this session.</summary>
    public long BytesIn { get; init; }
}
