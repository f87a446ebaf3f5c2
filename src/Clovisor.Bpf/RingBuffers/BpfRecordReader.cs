namespace Clovisor.Bpf.RingBuffers;

/// <summary>
/// Reads the records that programs send: from one ring buffer, from several, or from a perf buffer.
/// </summary>
/// <remarks>
/// One reader at a time: a second read beside one that goes on throws <see cref="InvalidOperationException"/>, for the kernel has one position
/// for all. <see cref="Dispose()"/>, <see cref="DrainAsync"/> and <see cref="Statistics"/> are safe to use from any thread, also while a read goes on.
/// Records are read where they lie; nothing is allocated for each. Disposing disposes the maps it was made from.
/// </remarks>
public abstract partial class BpfRecordReader : IDisposable, IAsyncDisposable
{
    private const int Reading = 1;
    private const int Disposed = 2;

    private readonly RecordSource[] _sources;
    private readonly BpfReaderOptions _options;
    private int _state;
    private int _next;

    private protected BpfRecordReader(BpfReaderOptions options, RecordSource[] sources)
    {
        _sources = sources;
        _options = options;
    }

    /// <summary>What went through so far. Costs a look at each buffer.</summary>
    /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
    public BpfReaderStatistics Statistics
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            var sum = new BpfReaderStatistics(0, 0, _options.LostCounter?.Invoke() ?? 0, 0, 0);
            foreach (RecordSource source in _sources)
            {
                using var lease = source.Memory.Lease();
                sum = new BpfReaderStatistics(
                    sum.Records + source.Records,
                    sum.Discarded + source.Discarded,
                    sum.Lost + source.Lost,
                    sum.AvailableBytes + Math.Max(0, (long)(source.Produced - source.Position)),
                    sum.CapacityBytes + source.Capacity);
            }

            return sum;
        }
    }

    internal bool IsDisposed => (Volatile.Read(ref _state) & Disposed) != 0;

    internal ReadOnlySpan<RecordSource> Sources => _sources;

    /// <summary>Reads what is there now, without waiting.</summary>
    /// <param name="callback">Called for each record. If it throws, the reading ends with that exception and the record counts as read.</param>
    /// <param name="maximum">The most records to read.</param>
    /// <returns>How many were read.</returns>
    /// <exception cref="InvalidOperationException">Another read goes on.</exception>
    /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
    public int Consume(BpfRecordCallback callback, int maximum = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Enter();
        try
        {
            return ConsumeEntered(callback, maximum);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Reads one record as a struct, without waiting. To read many, the other forms are faster.</summary>
    /// <typeparam name="T">A struct of exactly the record's layout.</typeparam>
    /// <param name="record">A copy of the record; default when there is none.</param>
    /// <returns>False when no record is ready.</returns>
    /// <exception cref="InvalidDataException">The record has another size; it is passed over.</exception>
    /// <exception cref="InvalidOperationException">Another read goes on.</exception>
    /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
    public bool TryRead<T>(out T record)
        where T : unmanaged
    {
        Enter();
        try
        {
            return TryTake(out record);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Ends the reading: waiting reads end, one that goes on in another thread ends after its record. Then unmaps the memory.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>As <see cref="Dispose()"/>.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Disposes the reader.</summary>
    /// <param name="disposing">Always true.</param>
    protected virtual void Dispose(bool disposing)
    {
        int before = Interlocked.Or(ref _state, Disposed);
        if ((before & Disposed) != 0)
        {
            return;
        }

        _waiter.Wake();
        FailDrains();
        if ((before & Reading) == 0)
        {
            Release();
        }
    }

    /// <summary>Becomes the one reader, which also keeps the memory mapped until <see cref="Leave"/>.</summary>
    internal void Enter()
    {
        int before = Interlocked.CompareExchange(ref _state, Reading, 0);
        ObjectDisposedException.ThrowIf((before & Disposed) != 0, this);
        if (before != 0)
        {
            throw new InvalidOperationException("Another read of this buffer goes on. There is one position for all: read from one place, and hand the records on.");
        }
    }

    /// <summary>Gives back what was read; releases everything when the reader was disposed meanwhile.</summary>
    internal void Leave()
    {
        Commit();
        if ((Interlocked.And(ref _state, ~Reading) & Disposed) != 0)
        {
            Release();
        }
    }

    /// <summary>The next record of any source. Sources take turns, so that a busy one does not starve the others.</summary>
    internal unsafe bool TryNext(out BpfRecord record)
    {
        for (int i = 0; i < _sources.Length; i++)
        {
            RecordSource source = _sources[_next];
            bool found = source.TryNext(out byte* data, out int length);
            _next = _next + 1 == _sources.Length ? 0 : _next + 1;
            if (found)
            {
                record = new BpfRecord(data, length, source.Index, source.Slack);
                return true;
            }
        }

        record = default;
        return false;
    }

    internal bool TryTake<T>(out T record)
        where T : unmanaged
    {
        if (!IsDisposed && TryNext(out BpfRecord next))
        {
            record = next.As<T>();
            return true;
        }

        record = default;
        return false;
    }

    // Stops where the buffers end at the start: a program that is faster than the reader must not keep it here for ever.
    private unsafe int ConsumeEntered(BpfRecordCallback callback, int maximum)
    {
        int count = 0;
        foreach (RecordSource source in _sources)
        {
            ulong end = source.Produced;
            while (count < maximum && source.Position < end && !IsDisposed && source.TryNext(out byte* data, out int length))
            {
                count++;
                callback(new BpfRecord(data, length, source.Index, source.Slack));
            }
        }

        return count;
    }

    private void Commit()
    {
        foreach (RecordSource source in _sources)
        {
            source.Commit();
        }

        CompleteDrains();
    }

    private void Release()
    {
        StopWatching();
        OnRelease();
        foreach (RecordSource source in _sources)
        {
            source.Dispose();
        }
    }

    /// <summary>What a kind of reader lets go of before its buffers; nobody reads any more.</summary>
    private protected virtual void OnRelease()
    {
    }
}
