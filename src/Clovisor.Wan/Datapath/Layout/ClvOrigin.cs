using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_origin</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvOrigin
{
    internal ClvAddress Addr;
    internal ushort Port;
    internal ushort Reserved;

    internal readonly bool Equals(in ClvOrigin other) => Port == other.Port && Addr.Equals(in other.Addr);

    /// <summary>The key of the session that the arriving tuple belongs to.</summary>
    internal readonly ClvTuple SessionKey(in ClvTuple arriving) => new()
    {
        Saddr = Addr,
        Daddr = arriving.Saddr,
        Sport = Port,
        Dport = arriving.Sport,
        Protocol = arriving.Protocol,
    };
}
