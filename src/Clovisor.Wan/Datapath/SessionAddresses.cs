using System.Net;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Datapath;

/// <summary>How the addresses of a session relate to the link that it has taken.</summary>
/// <param name="Kind">Null until a packet has taken a link.</param>
/// <param name="Destination">On the wire; null where it is what the sender wrote.</param>
/// <param name="Peer">The far end of a pair.</param>
/// <param name="Home">The link whose addresses a session of a pair has at its ends.</param>
internal readonly record struct SessionAddresses(AddressingKind? Kind, IPEndPoint? Destination, string? Peer, string? Home)
{
    /// <summary>Tells them.</summary>
    /// <param name="key">The session.</param>
    /// <param name="binding">Its binding.</param>
    /// <param name="plan">The plan in force; null before the first.</param>
    /// <param name="taken">The link of the binding in it; null when it is there no more.</param>
    internal static SessionAddresses Of(in ClvTuple key, in ClvBinding binding, DatapathPlan? plan, DatapathLink? taken)
    {
        if (!binding.IsBound)
        {
            return default;
        }

        if (!binding.IsPaired)
        {
            return new(binding.IsPinned ? AddressingKind.Translated : AddressingKind.Preserved, null, null, null);
        }

        bool v4 = key.IsV4;
        IPEndPoint destination = key.ToSession().Destination;
        IPAddress? far = v4 ? taken?.PeerV4 : taken?.PeerV6;
        DatapathLink? home = plan?.Links.FirstOrDefault(link => destination.Address.Equals(v4 ? link.PeerV4 : link.PeerV6));
        return new(AddressingKind.Paired, far is null ? null : new IPEndPoint(far, destination.Port), taken?.Peer ?? home?.Peer, home?.Name);
    }
}
