using System.Collections.Immutable;
using System.Net;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Links;
using Clovisor.Wan.Status;

namespace Clovisor.Wan.Explanation;

/// <summary>What a session looks like on the wire, and whether it can move to another link while it lives.</summary>
public sealed record SessionAddressing
{
    /// <summary>How its addresses relate to the link. To all but the peer's addresses a paired link is <see cref="AddressingKind.Translated"/>.</summary>
    public required AddressingKind Kind { get; init; }

    /// <summary>The source on the wire; null where it is what the sender wrote, or not known.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>The destination on the wire of a paired session, which is at home with the one that its sender wrote; null for others.</summary>
    public IPAddress? Destination { get; init; }

    /// <summary>The name of the far end of a paired session; null for others.</summary>
    public string? Peer { get; init; }

    /// <summary>The link that a paired session is at home on: the far end's address there is its destination. Null for others.</summary>
    public string? HomeLink { get; init; }

    /// <summary>The links that it can move to while it lives: those of its pair; empty for others, though a preserved session moves wherever its slot leads.</summary>
    public ImmutableArray<string> Pair { get; init; } = [];

    /// <summary>The same for a person to read: one sentence.</summary>
    public override string ToString() => Kind switch
    {
        AddressingKind.Preserved => "preserved: it keeps its addresses on every link, and moves while it lives.",
        AddressingKind.Paired =>
            $"paired with {Peer}: at home with the addresses of {HomeLink}, on the wire {Source?.ToString() ?? "the link's address"} to {Destination}; it moves while it lives between {string.Join(", ", Pair)}.",
        _ => $"translated: it leaves as {Source?.ToString() ?? "the link's address"}, and stays on its link while it lives.",
    };

    internal static SessionAddressing Of(WanConfiguration configuration, WanStatus status, string name, SessionFacts session)
    {
        WanLink link = configuration.Links.First(link => link.Name == name);
        LinkStatus stands = status.Links.First(link => link.Name == name);
        bool? v4 = session.Destination is { } destination ? destination.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork : null;
        IPAddress? source = v4 switch { null => null, true => stands.SourceV4, _ => stands.SourceV6 };
        if (link.Addressing == AddressingKind.Preserved)
        {
            return new SessionAddressing { Kind = AddressingKind.Preserved };
        }

        WanLink[] pair = [.. configuration.Links.Where(other => link.Addressing == AddressingKind.Paired && other.Addressing == AddressingKind.Paired && other.Peer == link.Peer)];
        WanLink? home = pair.FirstOrDefault(other => session.Destination is { } to && other.PeerAddresses.Contains(to.Address));
        return home is null || session.Protocol is not (6 or 17)
            ? new SessionAddressing { Kind = AddressingKind.Translated, Source = source }
            : new SessionAddressing
            {
                Kind = AddressingKind.Paired,
                Source = source,
                Destination = link.PeerAddresses.FirstOrDefault(address => address.AddressFamily == session.Destination!.AddressFamily),
                Peer = link.Peer,
                HomeLink = home.Name,
                Pair = [.. pair.Select(static other => other.Name)],
            };
    }
}
