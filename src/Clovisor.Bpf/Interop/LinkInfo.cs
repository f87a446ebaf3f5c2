using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

/// <summary><c>struct bpf_link_info</c>: a head, and from byte 16 on what the type of link tells.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct LinkInfo
{
    internal const int PerfUprobe = 1, PerfUretprobe = 2, PerfKprobe = 3, PerfKretprobe = 4, PerfTracepoint = 5, PerfEvent = 6;

    private const int Tail = 16;

    [FieldOffset(0)]
    internal uint Type;

    [FieldOffset(4)]
    internal uint Id;

    [FieldOffset(8)]
    internal uint ProgramId;

    /// <summary>Of tcx, netkit, socket maps and network namespaces: what it is attached to, and the hook.</summary>
    [FieldOffset(Tail)]
    internal TargetTail Target;

    [FieldOffset(Tail)]
    internal CgroupTail Cgroup;

    [FieldOffset(Tail)]
    internal NamedTail RawTracepoint;

    [FieldOffset(Tail)]
    internal TracingTail Tracing;

    [FieldOffset(Tail)]
    internal IteratorTail Iterator;

    [FieldOffset(Tail)]
    internal LinkCreateAttributes.NetfilterTail Netfilter;

    [FieldOffset(Tail)]
    internal KprobeMultiTail KprobeMulti;

    [FieldOffset(Tail)]
    internal UprobeMultiTail UprobeMulti;

    /// <summary>Of perf events: which of the following it is.</summary>
    [FieldOffset(Tail)]
    internal uint PerfType;

    [FieldOffset(Tail + 8)]
    internal NamedTail Tracepoint;

    [FieldOffset(Tail + 8)]
    internal KprobeTail Kprobe;

    [FieldOffset(Tail + 8)]
    internal UprobeTail Uprobe;

    [FieldOffset(Tail + 8)]
    internal EventTail Event;

    internal struct TargetTail
    {
        internal uint Target, AttachType;
    }

    internal struct CgroupTail
    {
        internal ulong Id;
        internal uint AttachType;
    }

    internal struct NamedTail
    {
        internal ulong Name;
        internal uint NameLength, Padding;
        internal ulong Cookie;
    }

    internal struct TracingTail
    {
        internal uint AttachType, TargetObjectId, TargetBtfId, Padding;
        internal ulong Cookie;
    }

    /// <summary>What follows the map is a control group, or a task: its first word is the low half of one or the thread of the other.</summary>
    internal struct IteratorTail
    {
        internal ulong Name;
        internal uint NameLength, MapId;
        internal ulong CgroupId;
        internal uint Order;
    }

    internal struct KprobeMultiTail
    {
        internal ulong Addresses;
        internal uint Count, Flags;
        internal ulong Missed, Cookies;
    }

    internal struct UprobeMultiTail
    {
        internal ulong Path, Offsets, ReferenceCounters, Cookies;
        internal uint PathSize, Count, Flags, ProcessId;
    }

    internal struct KprobeTail
    {
        internal ulong Name;
        internal uint NameLength, Offset;
        internal ulong Address, Missed, Cookie;
    }

    internal struct UprobeTail
    {
        internal ulong Name;
        internal uint NameLength, Offset;
        internal ulong Cookie;
    }

    internal struct EventTail
    {
        internal ulong Config;
        internal uint Type, Padding;
        internal ulong Cookie;
    }
}
