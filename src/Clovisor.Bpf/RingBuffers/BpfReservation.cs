using System.Diagnostics.CodeAnalysis;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>
/// Room for one record in a user ring buffer, to be filled where it lies and then submitted or given up. Programs wait behind a reservation that is
/// neither, so end it soon. For one thread.
/// </summary>
public unsafe ref struct BpfReservation : IDisposable
{
    private readonly MappedMemory? _memory;
    private readonly int _length;
    private byte* _header;

    internal BpfReservation(MappedMemory memory, byte* header, int length)
    {
        _memory = memory;
        _header = header;
        _length = length;
    }

    /// <summary>The bytes, aligned to 8. They hold what an older record left.</summary>
    /// <exception cref="InvalidOperationException">It is submitted or given up.</exception>
    [UnscopedRef]
    public readonly Span<byte> Data
    {
        get
        {
            RequireOpen();
            return new Span<byte>(_header + RingLayout.HeaderSize, _length);
        }
    }

    /// <summary>The record as a struct, in place.</summary>
    /// <typeparam name="T">A struct of exactly the reserved size.</typeparam>
    /// <exception cref="ArgumentException">It has another size.</exception>
    /// <exception cref="InvalidOperationException">It is submitted or given up.</exception>
    [UnscopedRef]
    public readonly ref T As<T>()
        where T : unmanaged
    {
        RequireOpen();
        if (sizeof(T) != _length)
        {
            throw new ArgumentException($"{_length} bytes are reserved, {typeof(T).Name} has {sizeof(T)}.");
        }

        return ref *(T*)(_header + RingLayout.HeaderSize);
    }

    /// <summary>Hands the record to the programs.</summary>
    /// <exception cref="InvalidOperationException">It is submitted or given up.</exception>
    public void Submit() => End((uint)_length);

    /// <summary>Gives the room up; programs pass over it.</summary>
    /// <exception cref="InvalidOperationException">It is submitted or given up.</exception>
    public void Discard() => End((uint)_length | RingLayout.Discard);

    /// <summary>Gives the room up unless that, or submitting, was done.</summary>
    public void Dispose()
    {
        if (_header is not null)
        {
            Discard();
        }
    }

    // A full fence: the record is written before the word that says so.
    private void End(uint word)
    {
        RequireOpen();
        Interlocked.Exchange(ref *(uint*)_header, word);
        _header = null;
        _memory!.DangerousRelease();
    }

    private readonly void RequireOpen()
    {
        if (_header is null)
        {
            throw new InvalidOperationException("The reservation is submitted or given up, or there was no room for it.");
        }
    }
}
