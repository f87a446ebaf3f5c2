using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_port_block</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvPortBlock
{
    /// <summary>Mirror of <c>CLV_PORT_BLOCK</c>.</summary>
    internal const int Ports = 64;

    internal PortList Association;

    /// <summary>Names the association of one port of the block.</summary>
    /// <param name="port">Of the block, from 0.</param>
    /// <param name="index">The association's index in the maps.</param>
    internal void Set(int port, int index) => Association[port] = (ushort)(index + 1);

    [InlineArray(Ports)]
    internal struct PortList
    {
        private ushort _first;
    }
}
