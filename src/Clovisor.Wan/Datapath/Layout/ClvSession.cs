using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_session</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvSession
{
    internal ulong PacketsOut;
    internal ulong BytesOut;
    internal ulong PacketsIn;
    internal ulong BytesIn;
    internal ulong LastSeenNs;
    internal ClvBinding Binding;
    internal ClvAddress Translated;
    internal uint HomeIfindex;
    internal ushort Association;
    internal byte Slot;
    internal ClvSessionState State;
    internal Mac HomeMac;
    internal ushort Reserved;

    /// <summary>The source address on the wire, for a session with this key.</summary>
    internal readonly ClvAddress WireAddress(in ClvTuple key) => Binding.IsTranslated ? Translated : key.Saddr;

    [InlineArray(6)]
    internal struct Mac
    {
        private byte _first;
    }
}
