using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>An array, or a per-CPU array. One that can be mapped into memory lives in memory that can.</summary>
internal sealed unsafe class ArrayStorage : SimulatedMap
{
    private const int MaxPerCpuValue = 32 * 1024;
    private const uint Allowed = MapFlags.NumaNode | MapFlags.MemoryMappable | MapFlags.Access | MapFlags.PreserveElements | MapFlags.InnerMap;

    private readonly int _stride;
    private readonly SharedMemory? _memory;
    private byte* _start;

    private ArrayStorage(MapTraits traits, string name)
        : base(traits, name)
    {
        ValueBytes = traits.Type == BpfMapType.PerCpuArray ? Align(traits.ValueSize) * PossibleCpus.Count : traits.ValueSize;
        _stride = Align(ValueBytes);
        long length = (long)_stride * traits.MaxEntries;
        if (traits.Has(MapFlags.MemoryMappable))
        {
            _memory = SharedMemory.OfArray(length);
            _start = _memory.Start;
        }
        else
        {
            // Costs memory as far as it is touched.
            _start = (byte*)NativeMemory.AllocZeroed((nuint)length);
        }
    }

    ~ArrayStorage() => Free();

    internal override int ValueBytes { get; }

    internal override SharedMemory? Memory => _memory;

    /// <summary>What the kernel checks of arrays, and of all types that are built on them. Returns minus errno or 0.</summary>
    internal static int Validate(MapTraits traits)
    {
        bool perCpu = traits.Type == BpfMapType.PerCpuArray;
        if (traits.MaxEntries == 0 || traits.KeySize != sizeof(uint) || traits.ValueSize == 0 || traits.Has(~Allowed)
            || (perCpu && traits.Has(MapFlags.NumaNode))
            || (traits.Type != BpfMapType.Array && traits.Has(MapFlags.MemoryMappable | MapFlags.InnerMap))
            || (traits.Type != BpfMapType.PerfEventArray && traits.Has(MapFlags.PreserveElements)))
        {
            return -Errno.EINVAL;
        }

        return perCpu && Align(traits.ValueSize) > MaxPerCpuValue ? -Errno.E2BIG : 0;
    }

    internal static int Create(MapTraits traits, string name, out SimulatedMap? map)
    {
        map = null;
        int result = Validate(traits);
        if (result < 0)
        {
            return result;
        }

        try
        {
            map = new ArrayStorage(traits, name);
            return 0;
        }
        catch (OutOfMemoryException)
        {
            return -Errno.ENOMEM;
        }
    }

    /// <summary>The order of keys in everything that is indexed: from 0 up; an index that is out of range starts over.</summary>
    internal static int NextIndex(ReadOnlySpan<byte> key, Span<byte> next, uint count)
    {
        uint index = key.IsEmpty ? uint.MaxValue : Index(key);
        if (index == count - 1)
        {
            return -Errno.ENOENT;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(next, index >= count ? 0 : index + 1);
        return 0;
    }

    internal static uint Index(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt32LittleEndian(key);

    internal override int Lookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        uint index = Index(key);
        if (index >= Traits.MaxEntries)
        {
            return -Errno.ENOENT;
        }

        Element(index).CopyTo(value);
        return 0;
    }

    internal override int Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags)
    {
        uint index = Index(key);
        bool lockable = Traits.Type == BpfMapType.Array;
        if ((lockable ? flags & ~MapFlags.Lock : flags) > MapFlags.Existing)
        {
            return -Errno.EINVAL;
        }

        if (index >= Traits.MaxEntries)
        {
            return -Errno.E2BIG;
        }

        if ((flags & MapFlags.NotExisting) != 0)
        {
            return -Errno.EEXIST;
        }

        value.CopyTo(Element(index));
        return 0;
    }

    internal override int Delete(ReadOnlySpan<byte> key) => -Errno.EINVAL;

    internal override int NextKey(ReadOnlySpan<byte> key, Span<byte> next) => NextIndex(key, next, Traits.MaxEntries);

    internal override bool HasBatch(BpfCommand command) => command is BpfCommand.MapLookupBatch or BpfCommand.MapUpdateBatch;

    protected override void OnFree() => Free();

    private void Free()
    {
        byte* start = _start;
        _start = null;
        if (_memory is not null)
        {
            _memory.Dispose();
        }
        else
        {
            NativeMemory.Free(start);
        }
    }

    private static int Align(int size) => (size + 7) & ~7;

    private Span<byte> Element(uint index) => new(_start + ((long)index * _stride), ValueBytes);
}
