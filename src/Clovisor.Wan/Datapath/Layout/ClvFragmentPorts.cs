using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_fragment_ports</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvFragmentPorts
{
    internal ushort Sport;
    internal ushort Dport;
    internal byte Protocol;
    internal ClvTuple.Padding Reserved;
}
