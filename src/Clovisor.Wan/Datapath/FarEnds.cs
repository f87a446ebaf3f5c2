using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>The far ends of paired links: which sessions are with one, and by what those arrive.</summary>
/// <remarks>Written under the datapath's lock, read by any thread.</remarks>
internal sealed class FarEnds
{
    private volatile ClvLink[] _links;

    internal FarEnds(ClvLink[] links) => _links = links;

    /// <summary>Takes over the links of a plan.</summary>
    internal void Set(ClvLink[] links) => _links = links;

    /// <summary>The pair of a session, by its destination; 0 for none.</summary>
    internal ushort PairOf(in ClvTuple key)
    {
        foreach (ref readonly ClvLink link in _links.AsSpan())
        {
            if (link.IsPaired && Address(in link, key.IsV4).Equals(in key.Daddr))
            {
                return link.Pair;
            }
        }

        return 0;
    }

    /// <summary>What packets of the far end look like, by whatever link of the pair.</summary>
    /// <returns>False when the session's destination is no far end any more.</returns>
    internal bool TryArriving(in ClvTuple key, ushort port, out ClvTuple arriving)
    {
        ushort pair = PairOf(in key);
        arriving = key.ReverseInPair(pair, port);
        return pair != 0;
    }

    /// <summary>The session that an arriving tuple belongs to, of a pair or of none.</summary>
    internal ClvTuple SessionKey(in ClvTuple arriving, in ClvOrigin origin)
    {
        ClvLink[] links = _links;
        int far = origin.Far - 1;
        return far < 0 || far >= links.Length ? origin.SessionKey(in arriving) : origin.SessionKey(in arriving, Address(in links[far], arriving.IsV4));
    }

    private static ClvAddress Address(in ClvLink link, bool v4) => v4 ? ClvAddress.FromRawV4(link.PeerV4) : link.PeerV6;
}
