namespace Clovisor.Bpf.Maps.Views;

/// <summary>The elements of an array map as memory to read: reading is a load. Also of a frozen map.</summary>
/// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
/// <remarks>
/// What programs and other processes write is seen at once. An aligned number of up to 8 bytes is read whole. Safe to use from any thread. A
/// reference that is kept over the disposal is harmless and reads zero. A view that is not disposed keeps the map alive until the process ends.
/// </remarks>
public sealed unsafe class BpfReadOnlyArrayView<TValue> : IDisposable
    where TValue : unmanaged
{
    private readonly ArrayMemory _memory;
    private readonly byte* _start;
    private int _count;

    internal BpfReadOnlyArrayView(ArrayMemory memory)
    {
        _memory = memory;
        _start = memory.Start;
        _count = memory.Count;
    }

    /// <summary>The number of elements; 0 after disposal.</summary>
    public int Count => _count;

    /// <summary>An element, where it lies.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="ObjectDisposedException">The view is disposed.</exception>
    public ref readonly TValue this[int index]
    {
        get
        {
            if ((uint)index >= (uint)_count)
            {
                _memory.ThrowIndex(index, this);
            }

            return ref *(TValue*)(_start + ((nuint)(uint)index * (nuint)ArrayMemory.StrideOf(sizeof(TValue))));
        }
    }

    /// <summary>All elements.</summary>
    /// <exception cref="InvalidOperationException">The size of an element is no multiple of 8: the kernel pads them, and there is no span.</exception>
    /// <exception cref="ObjectDisposedException">The view is disposed.</exception>
    public ReadOnlySpan<TValue> AsSpan()
    {
        _memory.RequireSpan(sizeof(TValue), this);
        return new ReadOnlySpan<TValue>(_start, _memory.Count);
    }

    /// <summary>Lets go of the map's memory.</summary>
    public void Dispose() => _memory.Dispose(ref _count);
}
