using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Interop;

// The members of union bpf_attr that attach. Order and width are the kernel's; tests compare them with its BTF.

/// <summary><c>link_create</c>: a head, and from byte 16 on what the kind of link needs.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct LinkCreateAttributes
{
    internal const int TailOffset = 16;
    internal const int TailLength = 48;

    /// <summary>The program; the map for struct_ops.</summary>
    [FieldOffset(0)]
    internal uint ProgramDescriptor;

    /// <summary>A descriptor or an interface index.</summary>
    [FieldOffset(4)]
    internal uint Target;

    [FieldOffset(8)]
    internal uint AttachType;

    [FieldOffset(12)]
    internal uint Flags;

    /// <summary>Of <c>tcx</c>, <c>netkit</c> and <c>cgroup</c>.</summary>
    [FieldOffset(TailOffset)]
    internal Anchored Anchor;

    [FieldOffset(TailOffset)]
    internal IteratorTail Iterator;

    [FieldOffset(TailOffset)]
    internal ulong PerfCookie;

    [FieldOffset(TailOffset)]
    internal TracingTail Tracing;

    [FieldOffset(TailOffset)]
    internal NetfilterTail Netfilter;

    [FieldOffset(TailOffset)]
    internal KprobeMultiTail KprobeMulti;

    [FieldOffset(TailOffset)]
    internal UprobeMultiTail UprobeMulti;

    internal struct Anchored
    {
        internal uint RelativeTo, Padding;
        internal ulong ExpectedRevision;
    }

    internal struct IteratorTail
    {
        internal ulong Info;
        internal uint InfoLength;
    }

    internal struct TracingTail
    {
        internal uint TargetBtfId, Padding;
        internal ulong Cookie;
    }

    internal struct NetfilterTail
    {
        internal uint Family, Hook;
        internal int Priority;
        internal uint Flags;
    }

    internal struct KprobeMultiTail
    {
        internal uint Flags, Count;
        internal ulong Symbols, Addresses, Cookies;
    }

    internal struct UprobeMultiTail
    {
        internal ulong Path, Offsets, ReferenceCounters, Cookies;
        internal uint Count, Flags, ProcessId;
    }
}

internal struct LinkUpdateAttributes
{
    internal uint LinkDescriptor, NewProgramDescriptor, Flags, OldProgramDescriptor;
}

internal struct LinkDetachAttributes
{
    internal uint LinkDescriptor;
}

/// <summary>Of <c>BPF_PROG_ATTACH</c> and <c>BPF_PROG_DETACH</c>.</summary>
internal struct ProgramAttachAttributes
{
    internal uint Target, ProgramDescriptor, AttachType, Flags, ReplacedDescriptor, RelativeTo;
    internal ulong ExpectedRevision;
}

internal struct RawTracepointAttributes
{
    internal ulong Name;
    internal uint ProgramDescriptor, Padding;
    internal ulong Cookie;
}

internal struct IteratorCreateAttributes
{
    internal uint LinkDescriptor, Flags;
}
