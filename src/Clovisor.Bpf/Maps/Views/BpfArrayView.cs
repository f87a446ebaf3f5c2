namespace Clovisor.Bpf.Maps.Views;

/// <summary>The elements of an array map as memory: reading and writing is a load and a store.</summary>
/// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
/// <remarks>
/// Programs and other processes see a store at once, and the other way round. An aligned number of up to 8 bytes is read and written whole; for more
/// use <see cref="Interlocked"/> and <see cref="Volatile"/> on the reference. Safe to use from any thread.
/// <para>
/// A reference that is kept over the disposal is harmless and cut off: it reads zero, and what is written through it is lost. A view that is
/// not disposed keeps the map alive until the process ends.
/// </para>
/// </remarks>
public sealed unsafe class BpfArrayView<TValue> : IDisposable
    where TValue : unmanaged
{
    private readonly ArrayMemory _memory;
    private readonly byte* _start;
    private int _count;

    internal BpfArrayView(ArrayMemory memory)
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
    public ref TValue this[int index]
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
    public Span<TValue> AsSpan()
    {
        _memory.RequireSpan(sizeof(TValue), this);
        return new Span<TValue>(_start, _memory.Count);
    }

    /// <summary>Lets go of the map's memory.</summary>
    public void Dispose() => _memory.Dispose(ref _count);
}
