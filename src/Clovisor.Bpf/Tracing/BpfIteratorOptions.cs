using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Tracing;

/// <summary>Which control groups an iterator walks.</summary>
public enum CgroupWalk
{
    /// <summary>The group alone.</summary>
    SelfOnly = 1,

    /// <summary>The group and then those below it.</summary>
    DescendantsFirstToLast = 2,

    /// <summary>Those below it and then the group.</summary>
    DescendantsLastToFirst = 3,

    /// <summary>The group and then those above it.</summary>
    Ancestors = 4,
}

/// <summary>What an iterator walks. Which of these apply depends on the program's section: <c>iter/bpf_map_elem</c>, <c>iter/cgroup</c>, <c>iter/task</c>.</summary>
public sealed record BpfIteratorOptions
{
    /// <summary>The map whose entries are walked. From Linux 5.9.</summary>
    /// <value>The default is null. Required for <c>iter/bpf_map_elem</c> and <c>iter/bpf_sk_storage_map</c>.</value>
    public BpfMap? Map { get; init; }

    /// <summary>The directory of the control group that is walked. From Linux 6.1.</summary>
    /// <value>The default is null: the root of what the process sees, for <c>iter/cgroup</c>.</value>
    public string? CgroupPath { get; init; }

    /// <summary>The way through the control groups.</summary>
    /// <value>The default is <see cref="CgroupWalk.DescendantsFirstToLast"/>.</value>
    public CgroupWalk CgroupWalk { get; init; } = CgroupWalk.DescendantsFirstToLast;

    /// <summary>The process whose threads are walked, for <c>iter/task</c> and its like. From Linux 6.1.</summary>
    /// <value>The default is 0: all.</value>
    public int ProcessId { get; init; }

    /// <summary>The one thread that is walked, for <c>iter/task</c> and its like. From Linux 6.1.</summary>
    /// <value>The default is 0: all. Excludes <see cref="ProcessId"/>.</value>
    public int ThreadId { get; init; }
}
