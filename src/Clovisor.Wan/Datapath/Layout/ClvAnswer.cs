using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>Mirror of <c>struct clv_answer</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ClvAnswer
{
    /// <summary>Mirror of <c>CLV_BEGUN_TICKS</c>.</summary>
    internal const ushort BegunTicks = 84;

    private const byte IndexBits = DatapathPlan.MaxLinks - 1;

    internal uint Proof;
    internal ushort Tick;
    internal byte Link;
    internal byte Generation;

    /// <summary>The index of the link; means nothing of what began inside.</summary>
    internal readonly int LinkIndex => Link & IndexBits;

    internal readonly bool Has(ClvAnswerFlag flag) => ((ClvAnswerFlag)Link & flag) != 0;

    internal readonly ClvAnswer With(ClvAnswerFlag flag) => this with { Link = (byte)(Link | (byte)flag) };
}
