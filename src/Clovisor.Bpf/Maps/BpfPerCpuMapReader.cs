using System.Runtime.InteropServices;
using Clovisor.Bpf.Maps.Batches;

namespace Clovisor.Bpf.Maps;

/// <summary>Walks a per-CPU map some hundreds of entries at a time, in buffers that it keeps: a second pass allocates nothing.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="TValue">One CPU's value.</typeparam>
/// <remarks>As <see cref="BpfMapReader{TKey, TValue}"/>, with all CPUs' values of each entry: <c>reader.Values(i).Sum()</c>. For one thread at a
/// time.</remarks>
public sealed class BpfPerCpuMapReader<TKey, TValue> : IDisposable
    where TKey : unmanaged
    where TValue : unmanaged
{
    private readonly EntryReader _reader;
    private readonly int _valueSize;
    private readonly int _stride;

    internal BpfPerCpuMapReader(EntryReader reader, BpfMap map)
    {
        _reader = reader;
        _valueSize = map.ValueBufferSize;
        _stride = map.PerCpuStride;
    }

    /// <summary>How many entries the current batch has.</summary>
    public int Count => _reader.Count;

    /// <summary>The keys of the current batch. Valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<TKey> Keys => MemoryMarshal.Cast<byte, TKey>(_reader.Keys);

    /// <summary>What can be promised of what was read so far.</summary>
    public BpfMapCompleteness Completeness => _reader.Completeness;

    /// <summary>All CPUs' values of an entry. Valid until the next <see cref="Read"/>.</summary>
    /// <param name="entry">Its place in the current batch, from 0 to <see cref="Count"/> - 1.</param>
    public PerCpuSpan<TValue> Values(int entry) => new(_reader.MutableValues.Slice(entry * _valueSize, _valueSize), _stride);

    /// <summary>Goes on to the next batch.</summary>
    /// <returns>False after the last one.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Read() => _reader.Read();

    /// <summary>Starts a new walk from the beginning.</summary>
    public void Restart() => _reader.Restart();

    /// <summary>Gives the buffers back.</summary>
    public void Dispose() => _reader.Dispose();
}
