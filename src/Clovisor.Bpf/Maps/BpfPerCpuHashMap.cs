using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Maps.Batches;

namespace Clovisor.Bpf.Maps;

/// <summary>A hash map of the kernel that holds, for every key, one value for each possible CPU.</summary>
/// <typeparam name="TKey">A struct of exactly the key's layout. Its bytes are the key, padding included: have none.</typeparam>
/// <typeparam name="TValue">A struct of exactly one CPU's layout.</typeparam>
/// <remarks>For <see cref="BpfMapType.PerCpuHash"/> and <see cref="BpfMapType.LruPerCpuHash"/>. One system call an operation; nothing allocated for
/// values whose size is a multiple of 8, with a <see cref="BpfPerCpuBuffer{TValue}"/>, or on machines of few CPUs. Safe to use from any thread.
/// Disposing disposes the <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe class BpfPerCpuHashMap<TKey, TValue> : IBpfTypedMap<BpfPerCpuHashMap<TKey, TValue>>
    where TKey : unmanaged
    where TValue : unmanaged
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A per-CPU hash or LRU per-CPU hash map, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfPerCpuHashMap(BpfMap map) =>
        Map = MapShape.Require<TKey, TValue>(map, "BpfPerCpuHashMap", BpfMapType.PerCpuHash, BpfMapType.LruPerCpuHash);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>The values an entry holds: all CPUs the kernel could have, offline ones too.</summary>
    public int CpuCount => PossibleCpus.Count;

    static BpfPerCpuHashMap<TKey, TValue> IBpfTypedMap<BpfPerCpuHashMap<TKey, TValue>>.Wrap(BpfMap map) => new(map);

    /// <summary>Room for one entry's values, to be kept and reused.</summary>
    public BpfPerCpuBuffer<TValue> CreateBuffer() => new(Map);

    /// <summary>Reads all CPUs' values of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="values">At least <see cref="CpuCount"/> long; CPU 0 comes first. An offline CPU's value is what it last was.</param>
    /// <returns>False when the key is not there.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryGetValues(in TKey key, Span<TValue> values)
    {
        fixed (TKey* k = &key)
        {
            return PerCpuElement.Read(Map, k, values);
        }
    }

    /// <summary>Reads all CPUs' values of a key where they stand: see <see cref="BpfPerCpuBuffer{TValue}.Values"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="buffer">The room.</param>
    /// <returns>False when the key is not there.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryGetValues(in TKey key, BpfPerCpuBuffer<TValue> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return Map.TryLookup(MemoryMarshal.AsBytes(new ReadOnlySpan<TKey>(in key)), buffer.Bytes);
    }

    /// <summary>Reads one CPU's value of a key. Kernels before Linux 7.0 give all CPUs' values, of which this takes one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cpu">From 0 to <see cref="CpuCount"/> - 1.</param>
    /// <param name="value">The value; default when the key is not there.</param>
    /// <returns>False when the key is not there.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryGetValue(in TKey key, int cpu, out TValue value)
    {
        fixed (TKey* k = &key)
        {
            return SingleCpuElement.Read(Map, k, cpu, out value);
        }
    }

    /// <summary>Writes one CPU's value of a key, and leaves the others alone; a new key starts with zero for them. Needs Linux 7.0. What that CPU's
    /// programs count at the same time may be lost.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cpu">From 0 to <see cref="CpuCount"/> - 1.</param>
    /// <param name="value">The value.</param>
    /// <param name="mode">What is demanded of the key.</param>
    /// <returns>False when <paramref name="mode"/> was not met: the key exists, or does not.</returns>
    /// <exception cref="BpfNotSupportedException">The kernel cannot; nothing was written.</exception>
    /// <exception cref="BpfException">The map is full (E2BIG), or the kernel refused otherwise.</exception>
    public bool TrySetValue(in TKey key, int cpu, in TValue value, BpfUpdateMode mode = BpfUpdateMode.Any)
    {
        fixed (TKey* k = &key)
        {
            return SingleCpuElement.Write(Map, k, cpu, in value, mode);
        }
    }

    /// <summary>Whether a key is there.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool ContainsKey(in TKey key)
    {
        byte[] room = ArrayPool<byte>.Shared.Rent(Map.ValueBufferSize);
        try
        {
            return Map.TryLookup(MemoryMarshal.AsBytes(new ReadOnlySpan<TKey>(in key)), room);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    /// <summary>Writes all CPUs' values of a key. Increments that programs make at the same time may be lost.</summary>
    /// <param name="key">The key.</param>
    /// <param name="values">At least <see cref="CpuCount"/> long; CPU 0 comes first.</param>
    /// <param name="mode">What is demanded of the key.</param>
    /// <returns>False when <paramref name="mode"/> was not met: the key exists, or does not.</returns>
    /// <exception cref="BpfException">The map is full (E2BIG), or the kernel refused otherwise.</exception>
    public bool TrySet(in TKey key, ReadOnlySpan<TValue> values, BpfUpdateMode mode = BpfUpdateMode.Any)
    {
        fixed (TKey* k = &key)
        {
            return PerCpuElement.Write(Map, k, values, mode);
        }
    }

    /// <summary>Writes the same value for all CPUs of a key: zero, to start a counter.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="mode">What is demanded of the key.</param>
    /// <returns>False when <paramref name="mode"/> was not met: the key exists, or does not.</returns>
    /// <exception cref="BpfException">The map is full (E2BIG), or the kernel refused otherwise.</exception>
    public bool TrySetAll(in TKey key, in TValue value, BpfUpdateMode mode = BpfUpdateMode.Any)
    {
        fixed (TKey* k = &key)
        {
            return PerCpuElement.WriteSame(Map, k, in value, mode);
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

    /// <summary>Inserts or replaces entries, by batch where the kernel can. Not atomic as a whole.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="values">For each key <see cref="CpuCount"/> values, one key after the other.</param>
    /// <exception cref="BpfException">The map is full, or the kernel refused otherwise; the message says how many were written.</exception>
    public void SetMany(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
    {
        if ((long)keys.Length * CpuCount != values.Length)
        {
            throw new ArgumentException($"There are {keys.Length} keys and {values.Length} values, not {CpuCount} for each.", nameof(values));
        }

        if (Unsafe.SizeOf<TValue>() == Map.PerCpuStride)
        {
            fixed (TKey* k = keys)
            fixed (TValue* v = values)
            {
                EntryWriter.Update(Map, (byte*)k, (byte*)v, keys.Length);
            }

            return;
        }

        for (int i = 0; i < keys.Length; i++)
        {
            TrySet(in keys[i], values.Slice(i * CpuCount, CpuCount));
        }
    }

    /// <summary>Makes a reader that walks the map in batches. The caller disposes it.</summary>
    /// <param name="batchSize">Entries of one batch, at least 1; it grows where a bucket of the map holds more.</param>
    /// <param name="walk">By batch, or key by key.</param>
    public BpfPerCpuMapReader<TKey, TValue> CreateReader(int batchSize = 1024, BpfMapWalk walk = BpfMapWalk.Batches) =>
        new(new EntryReader(Map, batchSize, walk), Map);

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();
}
