using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_source</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvSource
{
    /// <summary>Mirror of <c>CLV_SOURCES_KEPT</c>.</summary>
    internal const int Kept = 16;

    internal uint Generation;
    internal uint V4;
    internal ClvAddress V6;

    internal static ClvSource Of(in ClvLink link) => new() { Generation = link.Generation, V4 = link.SourceV4, V6 = link.SourceV6 };

    /// <summary>Where the addresses of a link in one of its generations stand.</summary>
    internal static int IndexOf(int link, uint generation) => (link * Kept) + (int)(generation % Kept);

    /// <summary>Whether these are the addresses of a binding.</summary>
    internal readonly bool IsOf(in ClvBinding binding) => Generation != 0 && (byte)Generation == binding.Generation;
}
