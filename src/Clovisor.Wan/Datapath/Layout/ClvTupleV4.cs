using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_tuple_v4</c>: the key of IPv4 sessions.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvTupleV4
{
    internal uint Saddr;
    internal uint Daddr;
    internal ushort Sport;
    internal ushort Dport;
    internal byte Protocol;
    internal byte Reserved;
    internal ushort Pair;

    /// <summary>The key of a tuple whose addresses are mapped.</summary>
    internal static ClvTupleV4 From(in ClvTuple tuple) => new()
    {
        Saddr = tuple.Saddr.RawV4(),
        Daddr = tuple.Daddr.RawV4(),
        Sport = tuple.Sport,
        Dport = tuple.Dport,
        Protocol = tuple.Protocol,
        Pair = tuple.Pair,
    };

    internal readonly ClvTuple Widen() => new()
    {
        Saddr = ClvAddress.FromRawV4(Saddr),
        Daddr = ClvAddress.FromRawV4(Daddr),
        Sport = Sport,
        Dport = Dport,
        Protocol = Protocol,
        Pair = Pair,
    };
}
