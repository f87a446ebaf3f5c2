using System.Buffers;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Maps.Batches;

namespace Clovisor.Bpf.Maps;

// Many entries at a time: one system call for some thousands of them, where the kernel can.
public abstract unsafe partial class BpfKeyedMap<TKey, TValue>
{
    /// <summary>Makes a reader that walks the map in batches. The caller disposes it.</summary>
    /// <param name="batchSize">Entries of one batch, at least 1; it grows where a bucket of the map holds more.</param>
    /// <param name="walk">By batch, or key by key.</param>
    public BpfMapReader<TKey, TValue> CreateReader(int batchSize = EntryReader.DefaultCapacity, BpfMapWalk walk = BpfMapWalk.Batches) =>
        new(new EntryReader(Map, batchSize, walk));

    /// <summary>Copies all entries.</summary>
    /// <param name="walk">By batch, or key by key.</param>
    /// <returns>The entries, and whether they are complete.</returns>
    /// <remarks>The cost follows the size of the table and not the number of entries.</remarks>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public BpfMapSnapshot<TKey, TValue> Snapshot(BpfMapWalk walk = BpfMapWalk.Batches)
    {
        using BpfMapReader<TKey, TValue> reader = CreateReader(Capacity, walk);
        return Collect(reader);
    }

    /// <summary>Removes all entries and gives them: what is counted is neither lost nor counted twice. By batch, each bucket in one step,
    /// from Linux 5.6.</summary>
    /// <returns>What was removed. Entries that were added meanwhile may be in or still there.</returns>
    /// <exception cref="BpfException">The kernel refused; what was removed before is lost.</exception>
    public BpfMapSnapshot<TKey, TValue> TakeAll()
    {
        using BpfMapReader<TKey, TValue> reader = new(new EntryReader(Map, Capacity, remove: true));
        return Collect(reader);
    }

    /// <summary>Counts the entries by walking the whole table. Exact only while nobody changes the map.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public long CountEntries()
    {
        using BpfMapReader<TKey, TValue> reader = CreateReader(Capacity);
        long count = 0;
        while (reader.Read())
        {
            count += reader.Count;
        }

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

        fixed (TKey* k = keys)
        fixed (TValue* v = values)
        {
            EntryWriter.Update(Map, (byte*)k, (byte*)v, keys.Length);
        }
    }

    /// <summary>Removes keys. Not atomic as a whole.</summary>
    /// <param name="keys">The keys; those that are not there are passed over.</param>
    /// <returns>How many were there and are removed.</returns>
    /// <exception cref="BpfException">The kernel refused; the message says how many were removed.</exception>
    public int RemoveMany(ReadOnlySpan<TKey> keys)
    {
        fixed (TKey* k = keys)
        {
            return EntryWriter.Remove(Map, (byte*)k, keys.Length);
        }
    }

    /// <summary>Removes the entries that a predicate picks. Walks once, then removes: nothing is skipped by removing while walking.</summary>
    /// <param name="predicate">Asked once for each entry. An entry that changes afterwards is removed all the same.</param>
    /// <returns>How many were removed.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public int RemoveWhere(Func<TKey, TValue, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        using BpfMapReader<TKey, TValue> reader = CreateReader(Capacity);
        var picked = new List<TKey>();
        while (reader.Read())
        {
            ReadOnlySpan<TKey> keys = reader.Keys;
            ReadOnlySpan<TValue> values = reader.Values;
            for (int i = 0; i < keys.Length; i++)
            {
                if (predicate(keys[i], values[i]))
                {
                    picked.Add(keys[i]);
                }
            }
        }

        return RemoveMany(CollectionsMarshal.AsSpan(picked));
    }

    // A table of few entries is read at once.
    private int Capacity => (int)Math.Clamp(Map.MaxEntries, 1, EntryReader.DefaultCapacity);

    private static BpfMapSnapshot<TKey, TValue> Collect(BpfMapReader<TKey, TValue> reader)
    {
        var entries = new List<KeyValuePair<TKey, TValue>>();
        while (reader.Read())
        {
            ReadOnlySpan<TKey> keys = reader.Keys;
            ReadOnlySpan<TValue> values = reader.Values;
            for (int i = 0; i < keys.Length; i++)
            {
                entries.Add(KeyValuePair.Create(keys[i], values[i]));
            }
        }

        return new BpfMapSnapshot<TKey, TValue>(entries, reader.Completeness);
    }
}
