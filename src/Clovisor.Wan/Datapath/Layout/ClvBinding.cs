using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_binding</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvBinding
{
    private const byte IndexBits = DatapathPlan.MaxLinks - 1;

    internal byte Link;
    internal byte Generation;
    internal ushort Port;

    /// <summary>The index of the link.</summary>
    internal readonly int LinkIndex => Link & IndexBits;

    internal readonly bool IsBound => Has(ClvBindingFlag.Bound);

    internal readonly bool IsPinned => Has(ClvBindingFlag.Pinned);

    internal readonly bool IsTranslated => Has(ClvBindingFlag.Translated);

    /// <summary>Whether the session is of a pair: it has the addresses of whatever link it takes, at both ends.</summary>
    internal readonly bool IsPaired => IsTranslated && !IsPinned;

    internal readonly bool IsLost => Has(ClvBindingFlag.Lost);

    /// <summary>The same, but taken by the programs as if its link had failed.</summary>
    internal readonly ClvBinding AsLost() => this with { Link = (byte)(Link | (byte)ClvBindingFlag.Lost) };

    /// <summary>Whether the link is the one that this binding is of, and looks to its peers as it did then.</summary>
    internal readonly bool IsTo(in ClvLink link) => !IsLost && Generation == (byte)link.Generation;

    private readonly bool Has(ClvBindingFlag flag) => ((ClvBindingFlag)Link & flag) != 0;
}
