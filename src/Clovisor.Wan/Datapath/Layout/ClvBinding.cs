using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_binding</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvBinding
{
    internal byte Link;
    internal ClvBindingFlag Flags;
    internal ushort Port;
    internal uint Generation;

    internal readonly bool IsBound => (Flags & ClvBindingFlag.Bound) != 0;

    internal readonly bool IsPinned => (Flags & ClvBindingFlag.Pinned) != 0;

    internal readonly bool IsTranslated => (Flags & ClvBindingFlag.Translated) != 0;
}
