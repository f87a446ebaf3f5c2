using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Maps;

/// <summary>A map of the kernel, as bytes. The typed maps are built on it.</summary>
/// <remarks>
/// Owns a descriptor of its own: the map lives as long as anyone holds one, a program uses it or a pin names it. Element operations
/// are single system calls, may run on any thread at the same time, and allocate nothing. They need what the map's creator had
/// (CAP_BPF or root) only where the kernel is set up to refuse unprivileged bpf(2), which most are.
/// </remarks>
public sealed partial class BpfMap : IDisposable
{
    internal BpfMap(BpfHandle handle, string? name = null, MapBtf? btf = null)
    {
        Handle = handle;
        using BpfHandle.FdLease lease = handle.Lease();
        MapInfo info = default;
        int result = BpfSyscall.GetInfo(lease.Descriptor, ref info);
        if (result < 0)
        {
            handle.Dispose();
            throw BpfErrors.Create("describe", $"map {name}", -result, result == -Errno.EINVAL ? "The descriptor is not of a map." : null);
        }

        unsafe
        {
            Name = name ?? NativeText.ReadKernelName(info.Name);
        }

        Type = (BpfMapType)info.Type;
        KeySize = (int)info.KeySize;
        ValueSize = (int)info.ValueSize;
        MaxEntries = info.MaxEntries;
        Flags = (BpfMapOptions)info.Flags;
        Extra = info.Extra;
        Id = info.Id;
        ValueBufferSize = IsPerCpu ? PerCpuStride * PossibleCpus.Count : ValueSize;
        Btf = btf ?? MapBtf.FromKernel(info);
    }

    /// <summary>The name in the object file; for a map that was found otherwise the kernel's name, which keeps 15 bytes.</summary>
    public string Name { get; }

    /// <summary>The type.</summary>
    public BpfMapType Type { get; }

    /// <summary>Size of a key in bytes.</summary>
    public int KeySize { get; }

    /// <summary>Size of a value in bytes; of one CPU's value in a per-CPU map.</summary>
    public int ValueSize { get; }

    /// <summary>The bytes that one look-up writes: <see cref="ValueSize"/>, or all possible CPUs' values, each rounded up to 8 bytes.</summary>
    public int ValueBufferSize { get; }

    /// <summary>The most entries the map holds.</summary>
    public uint MaxEntries { get; }

    /// <summary>The flags it was created with.</summary>
    public BpfMapOptions Flags { get; }

    /// <summary>What only some types have (<c>map_extra</c>): the number of hash functions of a bloom filter.</summary>
    public ulong Extra { get; }

    /// <summary>The kernel's number of this map, unique while it lives.</summary>
    public uint Id { get; }

    /// <summary>Whether every element holds one value for each possible CPU.</summary>
    public bool IsPerCpu => Type is BpfMapType.PerCpuArray or BpfMapType.PerCpuHash or BpfMapType.LruPerCpuHash;

    internal BpfHandle Handle { get; }

    internal MapBtf? Btf { get; }

    internal int PerCpuStride => (ValueSize + 7) & ~7;

    /// <summary>Creates a map. Needs CAP_BPF or root.</summary>
    /// <param name="type">The type.</param>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="keySize">Size of a key in bytes; 4 for arrays.</param>
    /// <param name="valueSize">Size of a value in bytes.</param>
    /// <param name="maxEntries">The most entries.</param>
    /// <param name="flags">Flags of the map.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfMap Create(
        BpfMapType type, string name, int keySize, int valueSize, uint maxEntries, BpfMapOptions flags = BpfMapOptions.None) =>
        Create(new BpfMapSpec(type, name) { KeySize = keySize, ValueSize = valueSize, MaxEntries = maxEntries, Flags = flags });

    /// <summary>Creates a map. Needs CAP_BPF or root, or a token that allows it; some types need CAP_NET_ADMIN or CAP_PERFMON as well.</summary>
    /// <param name="spec">What it is to be.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfMap Create(BpfMapSpec spec) => MapCreation.Create(spec);

    /// <summary>Opens a map by the path it is pinned at. Needs CAP_BPF or root, and rights on the path.</summary>
    /// <param name="path">A path in a BPF file system.</param>
    /// <exception cref="BpfException">Nothing is pinned there, or not a map.</exception>
    public static BpfMap OpenPinned(string path) => new(BpfSyscall.OpenPinned(path, DescriptorKind.Map));

    /// <summary>Opens a map by the kernel's number. Needs CAP_SYS_ADMIN.</summary>
    /// <param name="id">The number, as <see cref="Id"/> or <see cref="EnumerateIds"/> gives it.</param>
    /// <returns>The map; null when there is none of that number any more.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfMap? OpenById(uint id)
    {
        var attributes = new IdAttributes { Id = id };
        int result = BpfSyscall.Call(BpfCommand.MapGetDescriptorById, ref attributes);
        return result switch
        {
            >= 0 => new BpfMap(new BpfHandle(result)),
            -Errno.ENOENT => null,
            _ => throw BpfErrors.Create("open", $"map number {id}", -result),
        };
    }

    /// <summary>The numbers of all maps in the kernel, whoever made them. Needs CAP_SYS_ADMIN.</summary>
    /// <returns>Numbers in rising order, read as they are asked for.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static IEnumerable<uint> EnumerateIds()
    {
        uint id = 0;
        while (true)
        {
            var attributes = new IdAttributes { Id = id };
            int result = BpfSyscall.Call(BpfCommand.MapGetNextId, ref attributes);
            if (result == -Errno.ENOENT)
            {
                yield break;
            }

            if (result < 0)
            {
                throw BpfErrors.Create("enumerate", "the maps of the kernel", -result);
            }

            yield return id = attributes.NextId;
        }
    }

    /// <summary>Gives the map a path in a BPF file system, by which it outlives this process until the path is deleted.</summary>
    /// <param name="path">A path that does not exist yet, in a directory that does.</param>
    /// <exception cref="BpfException">The path exists, or is not in a BPF file system.</exception>
    public void Pin(string path) => BpfSyscall.Pin(Handle, path, $"map {Name}");

    /// <summary>Makes the map read-only for user space, for good. Programs may still write. From Linux 5.2.</summary>
    /// <exception cref="BpfPermissionException">The map is frozen already.</exception>
    public void Freeze()
    {
        using BpfHandle.FdLease lease = Handle.Lease();
        var attributes = new MapFreezeAttributes { MapDescriptor = (uint)lease.Descriptor };
        Check(BpfSyscall.Call(BpfCommand.MapFreeze, ref attributes), "freeze");
    }

    /// <summary>Closes this descriptor. The map itself lives on while programs, pins or other descriptors hold it.</summary>
    public void Dispose() => Handle.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Type}, {KeySize} B -> {ValueSize} B, {MaxEntries} entries, id {Id})";
}
