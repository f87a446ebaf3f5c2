using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_origin</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvOrigin
{
    internal ClvAddress Addr;
    internal ushort Port;
    internal byte Far;
    internal byte Reserved;

    internal readonly bool Equals(in ClvOrigin other) => Port == other.Port && Far == other.Far && Addr.Equals(in other.Addr);

    /// <summary>The key of the session that the arriving tuple belongs to, where it is of no pair.</summary>
    internal readonly ClvTuple SessionKey(in ClvTuple arriving) => new()
    {
        Saddr = Addr,
        Daddr = arriving.Saddr,
        Sport = Port,
        Dport = arriving.Sport,
        Protocol = arriving.Protocol,
    };

    /// <summary>The same, where it is of a pair.</summary>
    /// <param name="arriving">The tuple, which has no addresses.</param>
    /// <param name="far">The address where the other end is at home.</param>
    internal readonly ClvTuple SessionKey(in ClvTuple arriving, in ClvAddress far) => SessionKey(in arriving) with { Daddr = far };
}
