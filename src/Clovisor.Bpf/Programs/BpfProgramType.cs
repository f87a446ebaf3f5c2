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

    /// <summary>Runs at the events of TCP sockets.</summary>
    SocketOperations = 13,

    /// <summary>Runs when a control group's process binds, connects or sends.</summary>
    CgroupSocketAddress = 18,

    /// <summary>Attached to kernel functions by their types: fentry, fexit, iterators.</summary>
    Tracing = 26,

    /// <summary>Security hooks.</summary>
    Lsm = 29,

    /// <summary>Called by user space through a test-run.</summary>
    Syscall = 31,
}
