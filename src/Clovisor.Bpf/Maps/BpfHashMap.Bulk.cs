using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Maps;

// Many entries at a time: one system call for some thousands of them, where the kernel can.
public sealed unsafe partial class BpfHashMap<TKey, TValue>
{
    /// <summary>Copies all entries.</summary>
    /// <returns>The entries, and whether they are complete.</returns>
    /// <remarks>The cost follows the size of the table and not the number of entries. From Linux 5.6 by batch, each bucket as it was at
    /// one moment; before that key by key.</remarks>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public BpfMapSnapshot<TKey, TValue> Snapshot() => Snapshot(batch: true);

    /// <summary>Counts the entries by walking the whole table. Exact only while nobody changes the map.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public long CountEntries()
    {
        long count = 0;
        HashMapWalk.Run<TKey, TValue>(Map, (keys, _) => count += keys.Length);
        return count;
    }

    /// <summary>Inserts or replaces entries. Not atomic as a whole.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="values">As many values.</param>
    /// <exception cref="BpfException">The map is full, or the kernel refused otherwise; the message says how many were written.</exception>
    public void SetMany(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        if (keys.Length != values.Length)
        {
            throw new ArgumentException($"There are {keys.Length} keys and {values.Length} values.", nameof(values));
        }

        HashMapBatch.Update(Map, keys, values);
    }

    /// <summary>Removes keys. Not atomic as a whole.</summary>
    /// <param name="keys">The keys; those that are not there are passed over.</param>
    /// <returns>How many were there and are removed.</returns>
    /// <exception cref="BpfException">The kernel refused; the message says how many were removed.</exception>
    public int RemoveMany(ReadOnlySpan<TKey> keys) => HashMapBatch.Remove(Map, keys);

    /// <summary>Removes the entries that a predicate picks. Walks once, then removes: nothing is skipped by removing while walking.</summary>
    /// <param name="predicate">Asked once for each entry. An entry that changes afterwards is removed all the same.</param>
    /// <returns>How many were removed.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public int RemoveWhere(Func<TKey, TValue, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        var picked = new List<TKey>();
        HashMapWalk.Run<TKey, TValue>(Map, (keys, values) =>
        {
            for (int i = 0; i < keys.Length; i++)
            {
                if (predicate(keys[i], values[i]))
                {
                    picked.Add(keys[i]);
                }
            }
        });
        return RemoveMany(CollectionsMarshal.AsSpan(picked));
    }

    internal BpfMapSnapshot<TKey, TValue> Snapshot(bool batch)
    {
        var entries = new List<KeyValuePair<TKey, TValue>>();
        BpfMapCompleteness completeness = HashMapWalk.Run<TKey, TValue>(
            Map,
            (keys, values) =>
            {
                for (int i = 0; i < keys.Length; i++)
                {
                    entries.Add(KeyValuePair.Create(keys[i], values[i]));
                }
            },
            batch);
        return new BpfMapSnapshot<TKey, TValue>(entries, completeness);
    }
}
