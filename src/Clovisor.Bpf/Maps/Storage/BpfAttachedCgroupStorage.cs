using System.Runtime.CompilerServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps.Storage;

/// <summary>Values of the cgroups that a program is attached to (<c>bpf_get_local_storage</c>); entries come and go with attachments.</summary>
/// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
/// <remarks>For <see cref="BpfMapType.CgroupStorage"/>, from Linux 4.19. New programs rather use <see cref="BpfMapType.CgroupLocalStorage"/>.
/// Entries can be read and replaced, not added or removed. Safe to use from any thread. Disposing disposes the <see cref="BpfMap"/> it was
/// made from.</remarks>
public sealed unsafe class BpfAttachedCgroupStorage<TValue> : IBpfTypedMap<BpfAttachedCgroupStorage<TValue>>
    where TValue : unmanaged
{
    private readonly bool _byCgroupAlone;

    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A storage map whose keys are <c>struct bpf_cgroup_storage_key</c>, or the number of the cgroup alone.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type or sizes do not fit; every difference is listed.</exception>
    public BpfAttachedCgroupStorage(BpfMap map)
    {
        Map = MapShape.RequireValue<TValue>(map, "BpfAttachedCgroupStorage", BpfMapType.CgroupStorage);
        _byCgroupAlone = map.KeySize == sizeof(ulong);
    }

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    static BpfAttachedCgroupStorage<TValue> IBpfTypedMap<BpfAttachedCgroupStorage<TValue>>.Wrap(BpfMap map) => new(map);

    /// <summary>Reads the value of an attachment.</summary>
    /// <param name="key">The cgroup, and the hook unless the map shares the value between hooks.</param>
    /// <param name="value">The value; default when there is none.</param>
    /// <returns>False when no program with this map is attached there.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryGetValue(in BpfAttachedCgroupKey key, out TValue value)
    {
        value = default;
        fixed (BpfAttachedCgroupKey* k = &key)
        fixed (TValue* v = &value)
        {
            return Map.Found(Map.Element(BpfCommand.MapLookupElement, k, v, 0), "look up a cgroup in");
        }
    }

    /// <summary>Replaces the value of an attachment.</summary>
    /// <param name="key">The cgroup, and the hook unless the map shares the value between hooks.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when no program with this map is attached there.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryUpdate(in BpfAttachedCgroupKey key, in TValue value)
    {
        fixed (BpfAttachedCgroupKey* k = &key)
        fixed (TValue* v = &value)
        {
            return Map.Update(k, v, BpfUpdateMode.Existing);
        }
    }

    /// <summary>The attachments that have a value.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public IReadOnlyList<BpfAttachedCgroupKey> Keys()
    {
        var keys = new List<BpfAttachedCgroupKey>();
        BpfAttachedCgroupKey key = default;
        BpfAttachedCgroupKey next = default;
        for (bool more = Map.NextKey(null, &next); more; more = Map.NextKey(&key, &next))
        {
            key = next;
            if (keys.Contains(key))
            {
                // The key to go on from was detached, and the kernel began again.
                continue;
            }

            keys.Add(_byCgroupAlone ? new BpfAttachedCgroupKey(key.CgroupId, 0) : key);
        }

        return keys;
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();
}

/// <summary>Creates attached cgroup storage without an object file.</summary>
public static class BpfAttachedCgroupStorage
{
    /// <summary>Creates a storage map with a value for each cgroup and hook. Needs CAP_BPF or root.</summary>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfAttachedCgroupStorage<TValue> Create<TValue>(string name)
        where TValue : unmanaged =>
        new(BpfMap.Create(BpfMapType.CgroupStorage, name, Unsafe.SizeOf<BpfAttachedCgroupKey>(), Unsafe.SizeOf<TValue>(), 0));
}
