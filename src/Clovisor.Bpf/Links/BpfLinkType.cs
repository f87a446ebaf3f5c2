namespace Clovisor.Bpf.Links;

/// <summary>What a link attaches to, with the kernel's numbers. A type that is not listed can be used all the same, as a cast number.</summary>
public enum BpfLinkType
{
    /// <summary>Not known.</summary>
    Unspecified = 0,

    /// <summary>A raw trace point.</summary>
    RawTracepoint = 1,

    /// <summary>A kernel function.</summary>
    Tracing = 2,

    /// <summary>A control group.</summary>
    Cgroup = 3,

    /// <summary>An iterator.</summary>
    Iterator = 4,

    /// <summary>A network namespace.</summary>
    NetworkNamespace = 5,

    /// <summary>A driver's receive path.</summary>
    Xdp = 6,

    /// <summary>A perf event.</summary>
    PerfEvent = 7,

    /// <summary>Several kernel functions.</summary>
    KprobeMulti = 8,

    /// <summary>Operations that the kernel calls.</summary>
    StructOperations = 9,

    /// <summary>A netfilter hook.</summary>
    Netfilter = 10,

    /// <summary>Traffic control of a device.</summary>
    Tcx = 11,

    /// <summary>Several user functions.</summary>
    UprobeMulti = 12,

    /// <summary>A netkit device.</summary>
    Netkit = 13,

    /// <summary>A map of sockets.</summary>
    SocketMap = 14,
}
