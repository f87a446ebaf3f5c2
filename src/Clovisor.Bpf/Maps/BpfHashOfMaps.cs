using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Clovisor.Bpf.Maps.Batches;

namespace Clovisor.Bpf.Maps;

/// <summary>A hash map of the kernel whose values are maps. Programs see a whole map change in one step.</summary>
/// <typeparam name="TKey">A struct of exactly the key's layout. Its bytes are the key, padding included: have none.</typeparam>
/// <typeparam name="TInner">The typed map that the values are.</typeparam>
/// <remarks>The kernel holds the maps that are in it: an inner map need not stay open. (A program array inside is the exception: see
/// <see cref="BpfProgramArray"/>.) Safe to use from any thread. From Linux 4.12; reading needs CAP_SYS_ADMIN. Disposing disposes the
/// <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe class BpfHashOfMaps<TKey, TInner> : IBpfTypedMap<BpfHashOfMaps<TKey, TInner>>
    where TKey : unmanaged
    where TInner : class, IBpfTypedMap<TInner>
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A hash of maps, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type or key do not fit; every difference is listed.</exception>
    public BpfHashOfMaps(BpfMap map) => Map = MapShape.Require<TKey, uint>(map, "BpfHashOfMaps", BpfMapType.HashOfMaps);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    static BpfHashOfMaps<TKey, TInner> IBpfTypedMap<BpfHashOfMaps<TKey, TInner>>.Wrap(BpfMap map) => new(map);

    /// <summary>Inserts or replaces the map of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="inner">The map. The caller goes on owning it, and may dispose it.</param>
    /// <param name="mode">What is demanded of the key.</param>
    /// <returns>False when <paramref name="mode"/> was not met: the key exists, or does not.</returns>
    /// <exception cref="BpfException">The map is not of the shape that the inner maps have (EINVAL), or the kernel refused otherwise.</exception>
    public bool TrySet(in TKey key, TInner inner, BpfUpdateMode mode = BpfUpdateMode.Any)
    {
        ArgumentNullException.ThrowIfNull(inner);
        fixed (TKey* k = &key)
        {
            return MapReference.Set(Map, k, inner.Map, mode);
        }
    }

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when it was not there.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Remove(in TKey key)
    {
        fixed (TKey* k = &key)
        {
            return Map.Remove(k);
        }
    }

    /// <summary>The number of the map of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="mapId">The kernel's number, as <see cref="BpfMap.Id"/>.</param>
    /// <returns>False when the key is not there.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryGetId(in TKey key, out uint mapId)
    {
        fixed (TKey* k = &key)
        {
            return MapReference.TryGetId(Map, k, out mapId);
        }
    }

    /// <summary>Opens the map of a key. Needs CAP_SYS_ADMIN.</summary>
    /// <param name="key">The key.</param>
    /// <param name="inner">The map; the caller disposes it.</param>
    /// <returns>False when the key is not there.</returns>
    /// <exception cref="BpfMapIncompatibleException">The map there is not of <typeparamref name="TInner"/>'s shape.</exception>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryOpen(in TKey key, [NotNullWhen(true)] out TInner? inner)
    {
        fixed (TKey* k = &key)
        {
            inner = MapReference.Open<TInner>(Map, k);
            return inner is not null;
        }
    }

    /// <summary>Makes a reader of the keys and the numbers of their maps. The caller disposes it.</summary>
    /// <param name="batchSize">Entries of one batch, at least 1.</param>
    public BpfMapReader<TKey, uint> CreateReader(int batchSize = EntryReader.DefaultCapacity) => new(new EntryReader(Map, batchSize));

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();
}

/// <summary>Creates hashes of maps without an object file.</summary>
public static class BpfHashOfMaps
{
    /// <summary>Creates a hash of maps. Needs CAP_BPF or root.</summary>
    /// <typeparam name="TKey">The key, without padding.</typeparam>
    /// <typeparam name="TInner">The typed map that the values will be.</typeparam>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="maxEntries">The most entries, at least 1.</param>
    /// <param name="template">A map of the shape that the inner maps will have; not put in, and free to be disposed.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfHashOfMaps<TKey, TInner> Create<TKey, TInner>(string name, uint maxEntries, TInner template)
        where TKey : unmanaged
        where TInner : class, IBpfTypedMap<TInner>
    {
        ArgumentNullException.ThrowIfNull(template);
        return new(BpfMap.Create(new BpfMapSpec(BpfMapType.HashOfMaps, name)
        {
            KeySize = Unsafe.SizeOf<TKey>(),
            ValueSize = sizeof(uint),
            MaxEntries = maxEntries,
            InnerMap = template.Map,
        }));
    }
}
