namespace Clovisor.Bpf.Tracing;

/// <summary>Which counter a program hangs on, and how often it runs.</summary>
public sealed record PerfEventOptions
{
    /// <summary>The kernel's number of the kind of event: 0 hardware, 1 software, 3 cache, 4 raw.</summary>
    /// <value>The default is 1.</value>
    public uint Type { get; init; } = 1;

    /// <summary>The kernel's number of the event within its kind; of software events 0 is the CPU clock, 1 the task clock, 2 page faults, 3 context switches.</summary>
    /// <value>The default is 0: the CPU clock.</value>
    public ulong Config { get; init; }

    /// <summary>How many events lie between two runs; nanoseconds for clocks.</summary>
    /// <value>The default is 0: <see cref="Frequency"/> counts.</value>
    public ulong Period { get; init; }

    /// <summary>How often the program runs a second, when <see cref="Period"/> is 0.</summary>
    /// <value>The default is 99, which no timer of a round number falls in with. At most what <c>/proc/sys/kernel/perf_event_max_sample_rate</c> allows.</value>
    public ulong Frequency { get; init; } = 99;

    /// <summary>The process or thread whose events count, as the caller's namespace numbers it.</summary>
    /// <value>The default is 0: all processes, for which <see cref="Cpu"/> must be given.</value>
    public int ProcessId { get; init; }

    /// <summary>The CPU whose events count.</summary>
    /// <value>The default is null: all of them, for which <see cref="ProcessId"/> must be given.</value>
    public int? Cpu { get; init; }

    /// <summary>A number that the program reads by <c>bpf_get_attach_cookie</c>. From Linux 5.15.</summary>
    /// <value>The default is 0.</value>
    public ulong Cookie { get; init; }
}
