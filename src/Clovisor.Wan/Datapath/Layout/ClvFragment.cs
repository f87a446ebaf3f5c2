using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_fragment</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvFragment
{
    internal ClvAddress Saddr;
    internal ClvAddress Daddr;
    internal uint Id;
    internal byte Protocol;
    internal ClvTuple.Padding Reserved;
}
