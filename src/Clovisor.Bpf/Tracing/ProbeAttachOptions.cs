namespace Clovisor.Bpf.Tracing;

/// <summary>How a program is attached to a trace point, kprobe or uprobe.</summary>
public sealed record ProbeAttachOptions
{
    /// <summary>A number that the program reads by <c>bpf_get_attach_cookie</c>, to know which attachment it runs for. From Linux 5.15.</summary>
    /// <value>The default is 0.</value>
    public ulong Cookie { get; init; }

    /// <summary>Whether the program runs when the function returns, not when it is entered.</summary>
    /// <value>The default is false.</value>
    public bool AtReturn { get; init; }

    /// <summary>Bytes from the start of the function.</summary>
    /// <value>The default is 0. Must be 0 with <see cref="AtReturn"/>.</value>
    public long Offset { get; init; }

    /// <summary>The process whose events count, as the caller's namespace numbers it.</summary>
    /// <value>The default is 0: all processes.</value>
    public int ProcessId { get; init; }

    /// <summary>For a uprobe: where in the file a counter lies that the kernel raises while the probe is attached, as USDT probes have one.</summary>
    /// <value>The default is 0: none.</value>
    public long ReferenceCounterOffset { get; init; }
}
