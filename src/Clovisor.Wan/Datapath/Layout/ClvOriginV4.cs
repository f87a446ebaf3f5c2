using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_origin_v4</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvOriginV4
{
    internal uint Addr;
    internal ushort Port;
    internal byte Far;
    internal byte Reserved;

    internal static ClvOriginV4 From(in ClvOrigin origin) => new() { Addr = origin.Addr.RawV4(), Port = origin.Port, Far = origin.Far };

    internal readonly ClvOrigin Widen() => new() { Addr = ClvAddress.FromRawV4(Addr), Port = Port, Far = Far };
}
