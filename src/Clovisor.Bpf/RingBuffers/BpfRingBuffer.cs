using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>Reads a ring buffer, in which programs of all CPUs send records in order. From Linux 5.8.</summary>
/// <remarks>
/// <inheritdoc cref="BpfRecordReader" path="/remarks"/>
/// The fastest way to read is <see cref="ReadAvailable"/> in a <c>foreach</c>. Needs a descriptor that may be written, and no privilege of its own.
/// </remarks>
public sealed class BpfRingBuffer : BpfRecordReader
{
    private readonly RingSource _ring;

    /// <summary>Maps a ring buffer into memory and takes the map over.</summary>
    /// <param name="map">A ring buffer, found in an object or opened by its pin.</param>
    /// <param name="options">How to wait and what to count; null for the defaults.</param>
    /// <exception cref="BpfMapIncompatibleException">The map is no ring buffer.</exception>
    /// <exception cref="BpfException">It cannot be mapped; the map stays the caller's.</exception>
    public BpfRingBuffer(BpfMap map, BpfReaderOptions? options = null)
        : this(BpfReaderOptions.Validate(options), new RingSource(map, 0), map)
    {
    }

    private BpfRingBuffer(BpfReaderOptions options, RingSource ring, BpfMap map)
        : base(options, [ring])
    {
        _ring = ring;
        Map = map;
    }

    /// <summary>The map.</summary>
    public BpfMap Map { get; }

    /// <summary>Size of the buffer in bytes. A record takes 8 bytes more than its data, rounded up to 8.</summary>
    public long Capacity => Map.MaxEntries;

    /// <summary>What is there now, for one <c>foreach</c>, which gives the records back to the kernel as it goes and when it ends.</summary>
    /// <remarks>Ends at the first record that a program still writes, and at the records that came after the start. Break off at any time.</remarks>
    /// <exception cref="InvalidOperationException">From the <c>foreach</c>: another read goes on.</exception>
    /// <exception cref="ObjectDisposedException">From the <c>foreach</c>: the reader is disposed.</exception>
    public BpfRingRecords ReadAvailable() => new(this, _ring);

    /// <summary>Reads what is there now, without waiting, by a handler that is compiled into the loop.</summary>
    /// <typeparam name="THandler">The handler.</typeparam>
    /// <param name="handler">Called for each record. If it throws, the reading ends with that exception and the record counts as read.</param>
    /// <returns>How many were read.</returns>
    /// <exception cref="InvalidOperationException">Another read goes on.</exception>
    /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
    public int Consume<THandler>(ref THandler handler)
        where THandler : struct, IBpfRecordHandler, allows ref struct
    {
        int count = 0;
        foreach (BpfRecord record in ReadAvailable())
        {
            count++;
            handler.Handle(record);
        }

        return count;
    }
}
