namespace Clovisor.Bpf.Maps;

/// <summary>How a map is walked.</summary>
public enum BpfMapWalk
{
    /// <summary>Thousands of entries a system call, each bucket as it was at one moment; key by key where the kernel has no batch (before
    /// Linux 5.6, or for the map's type). One call visits buckets until the batch is full: on a large and nearly empty table that can take
    /// tens of milliseconds.</summary>
    Batches = 0,

    /// <summary>Two system calls an entry. Slower on the whole, but no single call takes long.</summary>
    Keys = 1,
}
