using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_settings</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvSettings
{
    internal ClvSettingFlag Flags;
    internal uint DscpMask;
}
