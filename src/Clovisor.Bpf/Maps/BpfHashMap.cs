using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>A hash map of the kernel with typed keys and values, used like a dictionary.</summary>
/// <typeparam name="TKey">A struct of exactly the key's layout. Its bytes are the key, padding included: have none.</typeparam>
/// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
/// <remarks>
/// For <see cref="BpfMapType.Hash"/> and <see cref="BpfMapType.LruHash"/>. One system call an operation, nothing allocated; safe to
/// use from any thread, and beside the programs that use the map. There is no <c>Count</c>, since counting walks the whole table:
/// see <see cref="CountEntries"/>. Disposing disposes the <see cref="BpfMap"/> it was made from.
/// </remarks>
public sealed unsafe partial class BpfHashMap<TKey, TValue> : IBpfTypedMap<BpfHashMap<TKey, TValue>>
    where TKey : unmanaged
    where TValue : unmanaged
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A hash or LRU hash map, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfHashMap(BpfMap map)
    {
        MapShape.Require<TKey, TValue>(map, "BpfHashMap", BpfMapType.Hash, BpfMapType.LruHash);
        Map = map;
    }

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>Reads the value of a key that is there, or inserts or replaces it.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KeyNotFoundException">Reading: the key is not there.</exception>
    /// <exception cref="BpfException">Writing: the map is full (E2BIG) or frozen (EPERM), or the kernel refused otherwise.</exception>
    public TValue this[in TKey key]
    {
        get => TryGetValue(in key, out TValue value)
            ? value
            : throw new KeyNotFoundException($"Map {Map.Name} has no such key.");
        set
        {
            fixed (TKey* k = &key)
            {
                Map.Update(k, &value, BpfUpdateMode.Any);
            }
        }
    }

    /// <summary>Reads the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; default when the key is not there.</param>
    /// <returns>False when the key is not there.</returns>
    public bool TryGetValue(in TKey key, out TValue value)
    {
        value = default;
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            return Map.Found(Map.Element(BpfCommand.MapLookupElement, k, v, 0), "look up a key in");
        }
    }

    /// <summary>Whether a key is there.</summary>
    /// <param name="key">The key.</param>
    public bool ContainsKey(in TKey key) => TryGetValue(in key, out _);

    /// <summary>Inserts a key that is not there yet.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the key is there already; its value stays.</returns>
    /// <exception cref="BpfException">The map is full (E2BIG), or the kernel refused otherwise.</exception>
    public bool TryAdd(in TKey key, in TValue value)
    {
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            return Map.Update(k, v, BpfUpdateMode.NotExisting);
        }
    }

    /// <summary>Replaces the value of a key that is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the key is not there; nothing is inserted.</returns>
    public bool TryUpdate(in TKey key, in TValue value)
    {
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            return Map.Update(k, v, BpfUpdateMode.Existing);
        }
    }

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when it was not there.</returns>
    public bool Remove(in TKey key)
    {
        fixed (TKey* k = &key)
        {
            return Map.Remove(k);
        }
    }

    /// <summary>Removes a key and gives the value it had, in one step. From Linux 5.14.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value it had; default when it was not there.</param>
    /// <returns>False when it was not there.</returns>
    /// <exception cref="BpfException">The kernel cannot do it in one step for this map type.</exception>
    public bool TryTake(in TKey key, out TValue value)
    {
        value = default;
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            return Map.Found(Map.Element(BpfCommand.MapLookupAndDeleteElement, k, v, 0), "take a key from");
        }
    }

    static BpfHashMap<TKey, TValue> IBpfTypedMap<BpfHashMap<TKey, TValue>>.Wrap(BpfMap map) => new(map);

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();
}
