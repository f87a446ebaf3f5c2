using System.Runtime.CompilerServices;

namespace Clovisor.Bpf.Maps;

/// <summary>A hash map of the kernel with typed keys and values, used like a dictionary.</summary>
/// <inheritdoc/>
/// <remarks>
/// For <see cref="BpfMapType.Hash"/> and <see cref="BpfMapType.LruHash"/>. One system call an operation, nothing allocated; safe to use from
/// any thread, and beside the programs that use the map. An LRU map never refuses a new key, but evicts before it is quite full: give it
/// slack, and do not keep in it what must not be lost.
/// </remarks>
public sealed class BpfHashMap<TKey, TValue> : BpfKeyedMap<TKey, TValue>, IBpfTypedMap<BpfHashMap<TKey, TValue>>
    where TKey : unmanaged
    where TValue : unmanaged
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A hash or LRU hash map, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfHashMap(BpfMap map)
        : base(MapShape.Require<TKey, TValue>(map, "BpfHashMap", BpfMapType.Hash, BpfMapType.LruHash))
    {
    }

    static BpfHashMap<TKey, TValue> IBpfTypedMap<BpfHashMap<TKey, TValue>>.Wrap(BpfMap map) => new(map);
}

/// <summary>Creates hash maps without an object file.</summary>
public static class BpfHashMap
{
    /// <summary>Creates a hash map, which refuses new keys when it is full. Needs CAP_BPF or root.</summary>
    /// <typeparam name="TKey">The key, without padding.</typeparam>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="maxEntries">The most entries, at least 1.</param>
    /// <param name="flags">Flags of the map.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfHashMap<TKey, TValue> Create<TKey, TValue>(string name, uint maxEntries, BpfMapOptions flags = BpfMapOptions.None)
        where TKey : unmanaged
        where TValue : unmanaged => new(BpfMap.Create(BpfMapType.Hash, name, Unsafe.SizeOf<TKey>(), Unsafe.SizeOf<TValue>(), maxEntries, flags));

    /// <summary>Creates a hash map that evicts old entries when it is about to be full. Needs CAP_BPF or root.</summary>
    /// <inheritdoc cref="Create"/>
    public static BpfHashMap<TKey, TValue> CreateLru<TKey, TValue>(string name, uint maxEntries, BpfMapOptions flags = BpfMapOptions.None)
        where TKey : unmanaged
        where TValue : unmanaged => new(BpfMap.Create(BpfMapType.LruHash, name, Unsafe.SizeOf<TKey>(), Unsafe.SizeOf<TValue>(), maxEntries, flags));
}
