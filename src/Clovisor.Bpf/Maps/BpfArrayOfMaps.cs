using System.Diagnostics.CodeAnalysis;

namespace Clovisor.Bpf.Maps;

/// <summary>An array of the kernel whose elements are maps. Programs see a whole map change in one step.</summary>
/// <typeparam name="TInner">The typed map that the elements are.</typeparam>
/// <remarks>The kernel holds the maps that are in it: an inner map need not stay open. (A program array inside is the exception: see
/// <see cref="BpfProgramArray"/>.) Safe to use from any thread. From Linux 4.12; reading needs CAP_SYS_ADMIN. Disposing disposes the
/// <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe class BpfArrayOfMaps<TInner> : IBpfTypedMap<BpfArrayOfMaps<TInner>>
    where TInner : class, IBpfTypedMap<TInner>
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">An array of maps, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">It is of another type.</exception>
    public BpfArrayOfMaps(BpfMap map) => Map = MapShape.RequireType(map, "BpfArrayOfMaps", BpfMapType.ArrayOfMaps);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>The number of places, which never changes.</summary>
    public int Count => (int)Map.MaxEntries;

    static BpfArrayOfMaps<TInner> IBpfTypedMap<BpfArrayOfMaps<TInner>>.Wrap(BpfMap map) => new(map);

    /// <summary>Puts a map at a place, in place of the one that is there.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="inner">The map. The caller goes on owning it, and may dispose it.</param>
    /// <exception cref="BpfException">The map is not of the shape that the inner maps have (EINVAL), or the kernel refused otherwise.</exception>
    public void Set(int index, TInner inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        uint key = Key(index);
        MapReference.Set(Map, &key, inner.Map, BpfUpdateMode.Any);
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

    /// <summary>The number of the map at a place.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="mapId">The kernel's number, as <see cref="BpfMap.Id"/>.</param>
    /// <returns>False when the place is empty.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryGetId(int index, out uint mapId)
    {
        uint key = Key(index);
        return MapReference.TryGetId(Map, &key, out mapId);
    }

    /// <summary>Opens the map at a place. Needs CAP_SYS_ADMIN.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="inner">The map; the caller disposes it.</param>
    /// <returns>False when the place is empty.</returns>
    /// <exception cref="BpfMapIncompatibleException">The map there is not of <typeparamref name="TInner"/>'s shape.</exception>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryOpen(int index, [NotNullWhen(true)] out TInner? inner)
    {
        uint key = Key(index);
        inner = MapReference.Open<TInner>(Map, &key);
        return inner is not null;
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();

    private uint Key(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return (uint)index;
    }
}

/// <summary>Creates arrays of maps without an object file.</summary>
public static class BpfArrayOfMaps
{
    /// <summary>Creates an array of maps. Needs CAP_BPF or root.</summary>
    /// <typeparam name="TInner">The typed map that the elements will be.</typeparam>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="length">The number of places, at least 1.</param>
    /// <param name="template">A map of the shape that the inner maps will have; not put in, and free to be disposed.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfArrayOfMaps<TInner> Create<TInner>(string name, uint length, TInner template)
        where TInner : class, IBpfTypedMap<TInner>
    {
        ArgumentNullException.ThrowIfNull(template);
        return new(BpfMap.Create(new BpfMapSpec(BpfMapType.ArrayOfMaps, name)
        {
            KeySize = sizeof(uint),
            ValueSize = sizeof(uint),
            MaxEntries = length,
            InnerMap = template.Map,
        }));
    }
}
