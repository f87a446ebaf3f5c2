using System.Diagnostics.CodeAnalysis;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Maps.Views;

/// <summary>The memory of an array map in this process, and its end.</summary>
/// <remarks>
/// A <c>ref</c> into it can be held by anyone at any time, on other threads too, and touching memory that is not mapped ends the process. So
/// disposal lets go of the map's pages and leaves private pages of zero in their place, for good: what still holds a reference reads zero, and
/// what it writes is lost. That costs addresses, of which there are plenty, and no memory. There is no finalizer: it would cut off a reference
/// that is used after its view was last looked at.
/// </remarks>
internal sealed unsafe class ArrayMemory
{
    private readonly string _name;
    private readonly nuint _length;
    private int _disposed;

    private ArrayMemory(string name, byte* start, nuint length, int count, int stride)
    {
        _name = name;
        _length = length;
        Start = start;
        Count = count;
        Stride = stride;
    }

    /// <summary>The first element; valid to touch for the life of the process.</summary>
    internal byte* Start { get; }

    internal int Count { get; }

    /// <summary>The bytes from one element to the next: the value's size rounded up to 8.</summary>
    internal int Stride { get; }

    internal static int StrideOf(int valueSize) => (valueSize + 7) & ~7;

    internal static ArrayMemory Map(BpfMap map, int valueSize, bool writable)
    {
        int stride = StrideOf(valueSize);
        nuint page = (nuint)Environment.SystemPageSize;
        nuint length = (((nuint)stride * map.MaxEntries) + page - 1) & ~(page - 1);
        byte* start = MappedMemory.MapPages(map.Handle, length, 0, writable, $"map {map.Name}", errno => errno switch
        {
            Errno.EINVAL => $"Its flags are {map.Flags}: create it with BPF_F_MMAPABLE (BpfMapOptions.MemoryMappable). Linux before 5.5 cannot map arrays.",
            Errno.EPERM when writable => "It is frozen, or its descriptor is read-only: map it read-only.",
            Errno.EACCES when writable => "It may only be read, by its flags: map it read-only.",
            Errno.EPERM => "Its descriptor is write-only.",
            _ => null,
        });
        return new ArrayMemory(map.Name, start, length, (int)map.MaxEntries, stride);
    }

    /// <summary>Lets go of the map. The view's count becomes 0 after this says disposed, so that whoever meets the one finds the other.</summary>
    internal void Dispose(ref int count)
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Volatile.Write(ref count, 0);
            MappedMemory.Retire(Start, _length);
        }
    }

    [DoesNotReturn]
    internal void ThrowIndex(int index, object view)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, view);
        throw new ArgumentOutOfRangeException(nameof(index), index, $"Map {_name} has the elements 0 to {Count - 1}.");
    }

    /// <summary>Refuses a span of elements that do not stand side by side.</summary>
    internal void RequireSpan(int valueSize, object view)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, view);
        if (valueSize != Stride)
        {
            throw new InvalidOperationException(
                $"Elements of map {_name} have {valueSize} bytes and stand {Stride} bytes apart, so there is no span of them. Index them, or give them a size that is a multiple of 8.");
        }
    }
}
