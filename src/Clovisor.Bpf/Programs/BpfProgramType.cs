namespace Clovisor.Bpf.Programs;

/// <summary>The kernel's program types, with the kernel's numbers. A type that is not listed can be used all the same, as a cast number.</summary>
public enum BpfProgramType
{
    /// <summary>Not known.</summary>
    Unspecified = 0,

    /// <summary>Filters the packets of a socket.</summary>
    SocketFilter = 1,

    /// <summary>Runs at a kernel or user function.</summary>
    Kprobe = 2,

    /// <summary>Runs for each packet at traffic control: tcx, clsact, netkit.</summary>
    SchedulerClassifier = 3,

    /// <summary>A traffic control action.</summary>
    SchedulerAction = 4,

    /// <summary>Runs at a trace point.</summary>
    Tracepoint = 5,

    /// <summary>Runs for each packet in the driver.</summary>
    Xdp = 6,

    /// <summary>Runs at a perf event.</summary>
    PerfEvent = 7,

    /// <summary>Filters the packets of a control group.</summary>
    CgroupSkb = 8,

    /// <summary>Runs when a control group's process makes a socket.</summary>
    CgroupSocket = 9,

    /// <summary>A lightweight tunnel's receive path.</summary>
    LightweightTunnelIn = 10,

    /// <summary>A lightweight tunnel's output path.</summary>
    LightweightTunnelOut = 11,

    /// <summary>A lightweight tunnel's transmit path, where headers can be added.</summary>
    LightweightTunnelXmit = 12,

    /// <summary>Runs at the events of TCP sockets.</summary>
    SocketOperations = 13,

    /// <summary>Parses and redirects the byte stream of sockets in a socket map.</summary>
    SocketSkb = 14,

    /// <summary>Allows or denies access to devices.</summary>
    CgroupDevice = 15,

    /// <summary>Judges the messages that sockets in a socket map send.</summary>
    SocketMessage = 16,

    /// <summary>Runs at a trace point with its raw arguments.</summary>
    RawTracepoint = 17,

    /// <summary>Runs when a control group's process binds, connects or sends.</summary>
    CgroupSocketAddress = 18,

    /// <summary>A segment routing action of IPv6.</summary>
    LightweightTunnelSeg6Local = 19,

    /// <summary>Decodes infrared remote controls.</summary>
    LircMode2 = 20,

    /// <summary>Chooses the socket of a reuse-port group.</summary>
    SocketReusePort = 21,

    /// <summary>Finds the flow that a packet belongs to.</summary>
    FlowDissector = 22,

    /// <summary>Runs when a control group's process reads or writes a sysctl.</summary>
    CgroupSysctl = 23,

    /// <summary>As <see cref="RawTracepoint"/>, for trace points whose first argument may be written.</summary>
    RawTracepointWritable = 24,

    /// <summary>Runs when a control group's process gets or sets a socket option.</summary>
    CgroupSocketOption = 25,

    /// <summary>Attached to kernel functions by their types: fentry, fexit, iterators.</summary>
    Tracing = 26,

    /// <summary>Operations that the kernel calls, as a congestion control.</summary>
    StructOperations = 27,

    /// <summary>Replaces a function of another program.</summary>
    Extension = 28,

    /// <summary>Security hooks.</summary>
    Lsm = 29,

    /// <summary>Chooses the socket for a new connection or datagram.</summary>
    SocketLookup = 30,

    /// <summary>Called by user space through a test-run.</summary>
    Syscall = 31,

    /// <summary>Runs at a netfilter hook.</summary>
    Netfilter = 32,
}
