namespace Clovisor.Hosting.Classification;

/// <summary>What the rules and the associations say of a request.</summary>
public readonly record struct ClassifiedRequest
{
    /// <summary>The name of the association, or null: the request's session goes as the node's routes say.</summary>
    public string? Association { get; init; }

    /// <summary>The position of the association in the configuration; null as <see cref="Association"/> is.</summary>
    public int? Position { get; init; }

    /// <summary>The code point that a proxy in tag mode sets, 1 to 63; null when the association has no tag, or there is none.</summary>
    public byte? Dscp { get; init; }

    /// <summary>The rule that matched, as <c>namespace/name/route</c>; null when no rule of a VirtualService matched.</summary>
    public string? Route { get; init; }

    /// <summary>The slot of the association that the session's user or header falls into, where its sticky key is one of these; null: the session's own.</summary>
    public byte? Slot { get; init; }

    /// <summary>Whether a flow of the association means the session, and not the rule.</summary>
    internal bool IsByFlow { get; init; }

    /// <summary>The revision of the snapshot that said so.</summary>
    public long Revision { get; init; }
}
