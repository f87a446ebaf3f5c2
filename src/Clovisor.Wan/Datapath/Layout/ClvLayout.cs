using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_layout</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvLayout
{
    /// <summary>Mirror of <c>CLV_LAYOUT_VERSION</c>.</summary>
    internal const uint CurrentVersion = 7;

    internal uint Version;
    internal uint Reserved;
    internal ulong NetworkNamespace;
}
