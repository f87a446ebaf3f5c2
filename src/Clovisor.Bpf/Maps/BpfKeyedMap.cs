using System.Diagnostics.CodeAnalysis;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>What maps of typed keys and one typed value each have in common: used like a dictionary.</summary>
/// <typeparam name="TKey">A struct of exactly the key's layout. Its bytes are the key, padding included: have none.</typeparam>
/// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
/// <remarks>
/// One system call an operation, nothing allocated; safe to use from any thread, and beside the programs that use the map. There is no
/// <c>Count</c>, since counting walks the whole table: see <see cref="CountEntries"/>. Disposing disposes the <see cref="BpfMap"/> it was
/// made from.
/// </remarks>
[SuppressMessage("Design", "CA1063", Justification = "The constructor is not for others: no derived class has more to dispose.")]
public abstract unsafe partial class BpfKeyedMap<TKey, TValue> : IDisposable
    where TKey : unmanaged
    where TValue : unmanaged
{
    private protected BpfKeyedMap(BpfMap map) => Map = map;

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
    /// <exception cref="BpfException">The kernel refused for another reason.</exception>
    public bool TryGetValue(in TKey key, out TValue value) => TryGetValue(in key, out value, BpfElementOptions.None);

    /// <summary>Reads the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; default when the key is not there.</param>
    /// <param name="options">Whether to copy under the value's lock.</param>
    /// <returns>False when the key is not there.</returns>
    /// <exception cref="BpfException">The value has no lock (EINVAL), or the kernel refused otherwise.</exception>
    public bool TryGetValue(in TKey key, out TValue value, BpfElementOptions options)
    {
        value = default;
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            return Map.Lookup(k, v, (ulong)options);
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
    public bool TryAdd(in TKey key, in TValue value) => TrySet(in key, in value, BpfUpdateMode.NotExisting, BpfElementOptions.None);

    /// <summary>Replaces the value of a key that is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the key is not there; nothing is inserted.</returns>
    /// <exception cref="BpfException">The kernel refused for another reason.</exception>
    public bool TryUpdate(in TKey key, in TValue value) => TrySet(in key, in value, BpfUpdateMode.Existing, BpfElementOptions.None);

    /// <summary>Writes the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="mode">What is demanded of the key.</param>
    /// <param name="options">Whether to write under the value's lock; what the value holds in the lock's place is ignored.</param>
    /// <returns>False when <paramref name="mode"/> was not met: the key exists, or does not.</returns>
    /// <exception cref="BpfException">The map is full (E2BIG), the value has no lock (EINVAL), or the kernel refused otherwise.</exception>
    public bool TrySet(in TKey key, in TValue value, BpfUpdateMode mode, BpfElementOptions options)
    {
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            return Map.Update(k, v, mode, (ulong)options);
        }
    }

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when it was not there.</returns>
    /// <exception cref="BpfException">The kernel refused for another reason.</exception>
    public bool Remove(in TKey key)
    {
        fixed (TKey* k = &key)
        {
            return Map.Remove(k);
        }
    }

    /// <summary>Removes a key and gives the value it had. In one step for hash maps from Linux 5.14; otherwise in two, between which a
    /// program's change to the value may be lost.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value it had; default when it was not there.</param>
    /// <returns>False when it was not there.</returns>
    /// <exception cref="BpfException">The kernel refused for another reason.</exception>
    public bool TryTake(in TKey key, out TValue value)
    {
        value = default;
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            return Map.Take(k, v);
        }
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose()
    {
        Map.Dispose();
        GC.SuppressFinalize(this);
    }
}
