using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Maps.Storage;

/// <summary>Control groups for programs to ask about (<c>bpf_skb_under_cgroup</c>, <c>bpf_current_task_under_cgroup</c>), by index.</summary>
/// <remarks>Written only: the kernel gives no way to read it. Safe to use from any thread. From Linux 4.8. Disposing disposes the
/// <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe class BpfCgroupArray : IBpfTypedMap<BpfCgroupArray>
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A cgroup array, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">It is of another type.</exception>
    public BpfCgroupArray(BpfMap map) => Map = MapShape.RequireType(map, "BpfCgroupArray", BpfMapType.CgroupArray);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>The number of places, which never changes.</summary>
    public int Count => (int)Map.MaxEntries;

    static BpfCgroupArray IBpfTypedMap<BpfCgroupArray>.Wrap(BpfMap map) => new(map);

    /// <summary>Puts a control group at a place, in place of the one that is there.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="path">Its directory, below <c>/sys/fs/cgroup</c> (cgroup v2).</param>
    /// <exception cref="BpfException">It is no cgroup v2 directory, or the kernel refused otherwise.</exception>
    public void Set(int index, string path)
    {
        using SafeHandle cgroup = BpfStorageOwner.OpenCgroup(path);
        using var lease = new ForeignLease(cgroup);
        uint key = Key(index);
        uint descriptor = (uint)lease.Descriptor;
        int result = Map.Element(BpfCommand.MapUpdateElement, &key, &descriptor, 0);
        if (result == -Errno.EBADF)
        {
            throw BpfErrors.Create($"put {path} into", $"map {Map.Name}", Errno.EBADF, "It is no directory of a cgroup v2 hierarchy.");
        }

        Map.Check(result, "put a cgroup into");
    }

    /// <summary>Empties a place.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <returns>False when it was empty.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Remove(int index)
    {
        uint key = Key(index);
        return Map.Remove(&key);
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();

    /// <summary>Creates a cgroup array. Needs CAP_BPF or root.</summary>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="length">The number of places, at least 1.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfCgroupArray Create(string name, uint length) =>
        new(BpfMap.Create(BpfMapType.CgroupArray, name, sizeof(uint), sizeof(uint), length));

    private uint Key(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return (uint)index;
    }
}
