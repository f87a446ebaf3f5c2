using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>The consumer's side of one ring buffer map.</summary>
internal sealed unsafe class RingSource : RecordSource
{
    // Giving back a sixteenth at a time spares the producers the cache line; they lose no more room than that.
    private const int CommitFraction = 16;

    private readonly BpfMap _map;
    private readonly MappedMemory _consumer;
    private readonly ulong* _consumerPosition;
    private ulong _committed;

    internal RingSource(BpfMap map, int index)
    {
        RingMap.Require(map, BpfMapType.RingBuffer, nameof(BpfRingBuffer));
        _map = map;
        Index = index;
        int page = Environment.SystemPageSize;
        _consumer = MappedMemory.Map(map.Handle, (nuint)page, 0, writable: true, $"the consumer page of ring buffer {map.Name}", Hint);
        try
        {
            Memory = MappedMemory.Map(
                map.Handle, (nuint)page + (2 * (nuint)map.MaxEntries), page, writable: false, $"the data of ring buffer {map.Name}", Hint);
        }
        catch
        {
            _consumer.Dispose();
            throw;
        }

        _consumerPosition = (ulong*)_consumer.Start;
        ProducerPosition = (ulong*)Memory.Start;
        Data = Memory.Start + page;
        Mask = map.MaxEntries - 1;
        CommitEvery = map.MaxEntries / CommitFraction;
        Position = _committed = *_consumerPosition;
    }

    internal override int Slack => 0;

    internal override int Index { get; }

    internal override BpfHandle Descriptor => _map.Handle;

    internal override MappedMemory Memory { get; }

    internal override long Capacity => _map.MaxEntries;

    internal override ulong Produced => Volatile.Read(ref *ProducerPosition);

    internal override ulong Committed => Volatile.Read(ref _committed);

    internal ulong* ProducerPosition { get; }

    internal byte* Data { get; }

    internal ulong Mask { get; }

    internal ulong CommitEvery { get; }

    internal override bool HasRecord
    {
        get
        {
            if (Position == Produced)
            {
                return false;
            }

            // A record that a program still writes wakes the reader when it is submitted, since the consumer stands right before it.
            uint* header = (uint*)(Data + (Position & Mask));
            return (Volatile.Read(ref *header) & RingLayout.Busy) == 0;
        }
    }

    internal override bool TryNext(out byte* data, out int length)
    {
        ulong position = Position;
        if (position - _committed >= CommitEvery)
        {
            Commit();
        }

        while (position != Produced)
        {
            uint* header = (uint*)(Data + (position & Mask));
            uint word = Volatile.Read(ref *header);
            if ((word & RingLayout.Busy) != 0)
            {
                break;
            }

            position += RingLayout.RecordSize(word & RingLayout.LengthMask);
            Position = position;
            if ((word & RingLayout.Discard) == 0)
            {
                Records++;
                data = (byte*)header + RingLayout.HeaderSize;
                length = (int)word;
                return true;
            }

            Discarded++;
        }

        data = null;
        length = 0;
        return false;
    }

    // A release: reads of the records stay before it.
    internal override void Commit()
    {
        if (_committed != Position)
        {
            Volatile.Write(ref *_consumerPosition, Position);
            Volatile.Write(ref _committed, Position);
        }
    }

    /// <summary>Lets go of the memory and leaves the map to its owner.</summary>
    internal void Unmap()
    {
        _consumer.Dispose();
        Memory.Dispose();
    }

    public override void Dispose()
    {
        Unmap();
        _map.Dispose();
    }

    private static string? Hint(int errno) => errno switch
    {
        Errno.EPERM or Errno.EACCES => "The descriptor is read-only, as that of a pin opened without write permission: the consumer's position must be written.",
        _ => null,
    };
}
