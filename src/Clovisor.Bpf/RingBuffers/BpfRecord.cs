using System.Diagnostics.CodeAnalysis;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>One record where it lies in the buffer, not copied. Valid until the reader goes on to the next one.</summary>
public readonly unsafe ref struct BpfRecord
{
    private readonly byte* _data;
    private readonly int _slack;

    // slack: by how many bytes the buffer may have rounded the length up.
    internal BpfRecord(byte* data, int length, int source, int slack)
    {
        _data = data;
        _slack = slack;
        Length = length;
        Source = source;
    }

    /// <summary>Size in bytes. Of a perf buffer it is rounded up by the kernel: up to 7 bytes of zero may follow the record.</summary>
    public int Length { get; }

    /// <summary>Where it comes from: the ring's index in a <see cref="BpfRingBufferGroup"/>, the CPU of a perf buffer, 0 for one ring.</summary>
    public int Source { get; }

    /// <summary>The bytes, aligned to 8 in a ring buffer.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Data => new(_data, Length);

    /// <summary>The record as a struct, in place.</summary>
    /// <typeparam name="T">A struct of exactly the record's layout.</typeparam>
    /// <exception cref="InvalidDataException">The record has another size than <typeparamref name="T"/>. Only this record is lost to a reader
    /// that goes on.</exception>
    [UnscopedRef]
    public ref readonly T As<T>()
        where T : unmanaged
    {
        if ((uint)(Length - sizeof(T)) > (uint)_slack)
        {
            ThrowSize(typeof(T), sizeof(T));
        }

        return ref *(T*)_data;
    }

    [DoesNotReturn]
    private void ThrowSize(Type type, int size) =>
        throw new InvalidDataException($"The record has {Length} bytes, {type.Name} has {size}. Read it by its bytes, or make the struct as long as the program's.");
}
