namespace Clovisor.Bpf.Maps;

/// <summary>The kernel's map types, with the kernel's numbers. A type that is not listed can be used all the same, as a cast number.</summary>
public enum BpfMapType
{
    /// <summary>Not known.</summary>
    Unspecified = 0,

    /// <summary>Hash table; refuses new keys when full.</summary>
    Hash = 1,

    /// <summary>Array of fixed length, all zero at first; elements cannot be deleted.</summary>
    Array = 2,

    /// <summary>Programs to tail-call. Emptied when its last descriptor is closed: hold or pin it.</summary>
    ProgramArray = 3,

    /// <summary>Perf event descriptors.</summary>
    PerfEventArray = 4,

    /// <summary>Hash table with a value for each possible CPU.</summary>
    PerCpuHash = 5,

    /// <summary>Array with a value for each possible CPU.</summary>
    PerCpuArray = 6,

    /// <summary>Stack traces.</summary>
    StackTrace = 7,

    /// <summary>Control groups.</summary>
    CgroupArray = 8,

    /// <summary>Hash table that evicts old entries, and does so before it is quite full.</summary>
    LruHash = 9,

    /// <summary>As <see cref="LruHash"/>, with a value for each possible CPU.</summary>
    LruPerCpuHash = 10,

    /// <summary>Longest prefix match.</summary>
    LpmTrie = 11,

    /// <summary>Array of maps.</summary>
    ArrayOfMaps = 12,

    /// <summary>Hash table of maps.</summary>
    HashOfMaps = 13,

    /// <summary>Devices to redirect to, by index.</summary>
    DeviceMap = 14,

    /// <summary>Sockets, by index.</summary>
    SocketMap = 15,

    /// <summary>CPUs to redirect to.</summary>
    CpuMap = 16,

    /// <summary>AF_XDP sockets.</summary>
    XdpSocketMap = 17,

    /// <summary>Sockets, by key.</summary>
    SocketHash = 18,

    /// <summary>Values of a control group, one for each program. Deprecated by <see cref="CgroupLocalStorage"/>.</summary>
    CgroupStorage = 19,

    /// <summary>Sockets of reuse-port groups.</summary>
    ReusePortSocketArray = 20,

    /// <summary>As <see cref="CgroupStorage"/>, with a value for each possible CPU.</summary>
    PerCpuCgroupStorage = 21,

    /// <summary>First in, first out.</summary>
    Queue = 22,

    /// <summary>Last in, first out.</summary>
    Stack = 23,

    /// <summary>Values attached to sockets.</summary>
    SocketStorage = 24,

    /// <summary>Devices to redirect to, by key.</summary>
    DeviceHash = 25,

    /// <summary>Operations that the kernel calls.</summary>
    StructOperations = 26,

    /// <summary>Ring buffer from programs to user space.</summary>
    RingBuffer = 27,

    /// <summary>Values attached to inodes.</summary>
    InodeStorage = 28,

    /// <summary>Values attached to tasks.</summary>
    TaskStorage = 29,

    /// <summary>Says which values were never added.</summary>
    BloomFilter = 30,

    /// <summary>Ring buffer from user space to programs.</summary>
    UserRingBuffer = 31,

    /// <summary>Values attached to control groups, shared by programs.</summary>
    CgroupLocalStorage = 32,

    /// <summary>Memory shared between programs and user space.</summary>
    Arena = 33,
}
