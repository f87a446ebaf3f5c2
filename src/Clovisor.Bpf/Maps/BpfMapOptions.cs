namespace Clovisor.Bpf.Maps;

/// <summary>Flags of a map, with the kernel's numbers (<c>BPF_F_…</c>).</summary>
[Flags]
public enum BpfMapOptions
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>Allocate elements when they are inserted. Required by LPM tries and local storage.</summary>
    NoPreallocation = 1 << 0,

    /// <summary>Each CPU of an LRU map evicts on its own.</summary>
    NoCommonLru = 1 << 1,

    /// <summary>The map comes from a given memory node.</summary>
    NumaNode = 1 << 2,

    /// <summary>User space may read only.</summary>
    ReadOnly = 1 << 3,

    /// <summary>User space may write only.</summary>
    WriteOnly = 1 << 4,

    /// <summary>Stack traces hold build ids and offsets in place of addresses.</summary>
    StackBuildId = 1 << 5,

    /// <summary>The hash starts from zero, for tests: who chooses the keys can then make them collide.</summary>
    ZeroSeed = 1 << 6,

    /// <summary>Programs may read only.</summary>
    ReadOnlyProgram = 1 << 7,

    /// <summary>Programs may write only.</summary>
    WriteOnlyProgram = 1 << 8,

    /// <summary>Socket storage is copied to sockets that a listener accepts.</summary>
    Clone = 1 << 9,

    /// <summary>The array can be mapped into memory.</summary>
    MemoryMappable = 1 << 10,

    /// <summary>A perf event array keeps its events when the descriptor that put them in is closed.</summary>
    PreserveElements = 1 << 11,

    /// <summary>An array that is made to be inside another map, where arrays of other lengths may stand in its place.</summary>
    InnerMap = 1 << 12,

    /// <summary>The map's kernel structures come through a link. For struct_ops.</summary>
    Link = 1 << 13,

    /// <summary>The BTF of a struct_ops value is that of a module, given by descriptor.</summary>
    ValueTypeBtfDescriptor = 1 << 15,

    /// <summary>The map is created by way of a token.</summary>
    Token = 1 << 16,

    /// <summary>An arena that faults in user space on pages that no program allocated.</summary>
    SegvOnFault = 1 << 17,

    /// <summary>An arena without translation of user space addresses.</summary>
    NoUserConversion = 1 << 18,

    /// <summary>A ring buffer that overwrites the oldest records when full.</summary>
    OverwriteRingBuffer = 1 << 19,
}
