using System.Numerics;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>Ring buffer and user ring buffer: memory alone, without elements.</summary>
internal sealed unsafe class RingStorage : SimulatedMap
{
    private const uint BusyBit = 1u << 31;
    private const uint DiscardBit = 1u << 30;
    private const int HeaderBytes = 8;

    private readonly SharedMemory _memory;
    private WakeUp? _wakeUp;

    private RingStorage(MapTraits traits, string name)
        : base(traits, name) => _memory = SharedMemory.OfRing(traits.MaxEntries);

    internal override SharedMemory Memory => _memory;

    private ref long Consumer => ref *(long*)_memory.Start;

    private ref long Producer => ref *(long*)(_memory.Start + SharedMemory.PageSize);

    private byte* Data => _memory.Start + (2 * SharedMemory.PageSize);

    internal static int Create(MapTraits traits, string name, out SimulatedMap? map)
    {
        map = null;
        if (traits.KeySize != 0 || traits.ValueSize != 0 || traits.Has(~MapFlags.NumaNode)
            || !BitOperations.IsPow2(traits.MaxEntries) || traits.MaxEntries % SharedMemory.PageSize != 0)
        {
            return -Errno.EINVAL;
        }

        try
        {
            map = new RingStorage(traits, name);
            return 0;
        }
        catch (OutOfMemoryException)
        {
            return -Errno.ENOMEM;
        }
    }

    /// <summary>What <c>bpf_ringbuf_output</c> does. False when there is no room.</summary>
    internal bool Produce(ReadOnlySpan<byte> record, bool discard, bool wakeUp)
    {
        long size = (record.Length + HeaderBytes + 7) & ~7L;
        long at = Volatile.Read(ref Producer);
        if (Traits.Type != BpfMapType.RingBuffer || at + size - Volatile.Read(ref Consumer) > Traits.MaxEntries - 1)
        {
            return false;
        }

        long mask = Traits.MaxEntries - 1;
        byte* header = Data + (at & mask);
        Volatile.Write(ref *(uint*)header, (uint)record.Length | BusyBit);
        *(uint*)(header + sizeof(uint)) = (uint)((header - _memory.Start) / SharedMemory.PageSize);
        Volatile.Write(ref Producer, at + size);
        record.CopyTo(new Span<byte>(header + HeaderBytes, record.Length));
        Volatile.Write(ref *(uint*)header, (uint)record.Length | (discard ? DiscardBit : 0));
        if (wakeUp)
        {
            _wakeUp?.Readable();
        }

        return true;
    }

    /// <summary>What <c>bpf_user_ringbuf_drain</c> takes: the next record, or null when there is none.</summary>
    internal byte[]? Consume()
    {
        long mask = Traits.MaxEntries - 1;
        while (Traits.Type == BpfMapType.UserRingBuffer)
        {
            long at = Volatile.Read(ref Consumer);
            if (at >= Volatile.Read(ref Producer))
            {
                return null;
            }

            byte* header = Data + (at & mask);
            uint word = Volatile.Read(ref *(uint*)header);
            if ((word & BusyBit) != 0)
            {
                return null;
            }

            int length = (int)(word & ~(BusyBit | DiscardBit));
            byte[]? record = (word & DiscardBit) != 0 ? null : new ReadOnlySpan<byte>(header + HeaderBytes, length).ToArray();
            Volatile.Write(ref Consumer, at + ((length + HeaderBytes + 7) & ~7L));
            _wakeUp?.Writable();
            if (record is not null)
            {
                return record;
            }
        }

        return null;
    }

    /// <summary>Whether there is something that the reader has not taken.</summary>
    internal bool HasData => Volatile.Read(ref Producer) != Volatile.Read(ref Consumer);

    /// <summary>Which pages user space may write: of a ring buffer the consumer's, of a user ring buffer all others.</summary>
    internal bool MayMapWritable(long offset, nuint length) => Traits.Type == BpfMapType.RingBuffer
        ? offset == 0 && length <= (nuint)SharedMemory.PageSize
        : offset != 0;

    internal override int Lookup(ReadOnlySpan<byte> key, Span<byte> value) => -Errno.ENOTSUPP;

    internal override int Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags) => -Errno.ENOTSUPP;

    internal override int Delete(ReadOnlySpan<byte> key) => -Errno.ENOTSUPP;

    internal override int NextKey(ReadOnlySpan<byte> key, Span<byte> next) => -Errno.ENOTSUPP;

    /// <summary>A descriptor to wait on; as long as there is nothing to read it is not readable.</summary>
    internal int PollDescriptor()
    {
        _wakeUp ??= new WakeUp();
        if (HasData)
        {
            _wakeUp.Readable();
        }
        else
        {
            _wakeUp.Reset();
        }

        return _wakeUp.Descriptor;
    }

    protected override void OnFree()
    {
        _memory.Dispose();
        _wakeUp?.Dispose();
    }
}
