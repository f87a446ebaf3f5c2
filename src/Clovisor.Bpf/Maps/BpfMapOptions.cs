namespace Clovisor.Bpf.Maps;

/// <summary>Flags of a map, with the kernel's numbers (<c>BPF_F_…</c>).</summary>
[Flags]
public enum BpfMapOptions
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>Allocate elements when they are inserted. Required by LPM tries.</summary>
    NoPreallocation = 1 << 0,

    /// <summary>Each CPU of an LRU map evicts on its own.</summary>
    NoCommonLru = 1 << 1,

    /// <summary>User space may read only.</summary>
    ReadOnly = 1 << 3,

    /// <summary>User space may write only.</summary>
    WriteOnly = 1 << 4,

    /// <summary>Programs may read only.</summary>
    ReadOnlyProgram = 1 << 7,

    /// <summary>Programs may write only.</summary>
    WriteOnlyProgram = 1 << 8,

    /// <summary>The array can be mapped into memory.</summary>
    MemoryMappable = 1 << 10,
}
