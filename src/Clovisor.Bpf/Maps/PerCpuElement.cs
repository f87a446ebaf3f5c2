using System.Buffers;
using System.Runtime.CompilerServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>One element of a per-CPU map, read and written through plain spans of one value for each CPU.</summary>
internal static unsafe class PerCpuElement
{
    private const int StackBytes = 1024;

    /// <summary>Reads. False when the key is not there.</summary>
    internal static bool Read<TValue>(BpfMap map, void* key, Span<TValue> values)
        where TValue : unmanaged
    {
        RequireRoom(map, values.Length);
        if (Unsafe.SizeOf<TValue>() == map.PerCpuStride)
        {
            // The kernel's own layout.
            fixed (TValue* v = values)
            {
                return map.Lookup(key, v);
            }
        }

        byte[]? rented = null;
        Span<byte> buffer = map.ValueBufferSize <= StackBytes
            ? stackalloc byte[StackBytes]
            : rented = ArrayPool<byte>.Shared.Rent(map.ValueBufferSize);
        buffer = buffer[..map.ValueBufferSize];
        bool found;
        fixed (byte* b = buffer)
        {
            found = map.Lookup(key, b);
        }

        if (found)
        {
            new PerCpuSpan<TValue>(buffer, map.PerCpuStride).CopyTo(values);
        }

        Return(rented);
        return found;
    }

    /// <summary>Writes. False when the mode was not met.</summary>
    internal static bool Write<TValue>(BpfMap map, void* key, ReadOnlySpan<TValue> values, BpfUpdateMode mode)
        where TValue : unmanaged
    {
        RequireRoom(map, values.Length);
        if (Unsafe.SizeOf<TValue>() == map.PerCpuStride)
        {
            fixed (TValue* v = values)
            {
                return map.Update(key, v, mode);
            }
        }

        byte[]? rented = null;
        Span<byte> buffer = map.ValueBufferSize <= StackBytes
            ? stackalloc byte[StackBytes]
            : rented = ArrayPool<byte>.Shared.Rent(map.ValueBufferSize);
        buffer = buffer[..map.ValueBufferSize];
        buffer.Clear();
        var perCpu = new PerCpuSpan<TValue>(buffer, map.PerCpuStride);
        for (int cpu = 0; cpu < perCpu.Count; cpu++)
        {
            perCpu[cpu] = values[cpu];
        }

        bool met;
        fixed (byte* b = buffer)
        {
            met = map.Update(key, b, mode);
        }

        Return(rented);
        return met;
    }

    /// <summary>Writes the same value for all CPUs.</summary>
    internal static bool WriteSame<TValue>(BpfMap map, void* key, in TValue value, BpfUpdateMode mode)
        where TValue : unmanaged
    {
        byte[]? rented = null;
        Span<byte> buffer = map.ValueBufferSize <= StackBytes
            ? stackalloc byte[StackBytes]
            : rented = ArrayPool<byte>.Shared.Rent(map.ValueBufferSize);
        buffer = buffer[..map.ValueBufferSize];
        buffer.Clear();
        foreach (ref TValue slot in new PerCpuSpan<TValue>(buffer, map.PerCpuStride))
        {
            slot = value;
        }

        bool met;
        fixed (byte* b = buffer)
        {
            met = map.Update(key, b, mode);
        }

        Return(rented);
        return met;
    }

    private static void Return(byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // Less room is memory that the kernel would write over.
    private static void RequireRoom(BpfMap map, int length)
    {
        if (length < PossibleCpus.Count)
        {
            throw new ArgumentException($"Map {map.Name} has values of {PossibleCpus.Count} CPUs, there is room for {length}.");
        }
    }
}
