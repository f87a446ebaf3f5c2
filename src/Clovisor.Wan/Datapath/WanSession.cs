using System.Net;
using Clovisor.Wan.Links;

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

    /// <summary>How its addresses relate to the link that it has taken; null until its first packet has taken one.</summary>
    /// <remarks>What is <see cref="AddressingKind.Paired"/> is at home with the addresses of <see cref="Tuple"/>, which the sockets of both ends know; on the
    /// wire it has <see cref="TranslatedSource"/> and <see cref="TranslatedDestination"/>, those of the link that it has taken.</remarks>
    public AddressingKind? Addressing { get; init; }

    /// <summary>The destination on the wire of a session that is paired; null for others, whose destination stays.</summary>
    public IPEndPoint? TranslatedDestination { get; init; }

    /// <summary>The name of the far end of a session that is paired; null for others.</summary>
    public string? Peer { get; init; }

    /// <summary>The name of the link that a paired session is at home on: the far end's address there is its destination. Null for others, and where the plan
    /// no longer has that link.</summary>
    public string? HomeLink { get; init; }

    /// <summary>Bytes that left by this session from the network header on, since it was entered.</summary>
    public long BytesOut { get; init; }

    /// <summary>Bytes that came back by this session.</summary>
    public long BytesIn { get; init; }
}
