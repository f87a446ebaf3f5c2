using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>An array of the kernel that holds, for every element, one value for each possible CPU. Made for counters.</summary>
/// <typeparam name="TValue">A struct of exactly one CPU's layout.</typeparam>
/// <remarks>One system call an operation; nothing allocated for values whose size is a multiple of 8, or on machines of few CPUs.
/// Safe to use from any thread. <see cref="BpfPerCpuArrayMap.Sum"/> adds the CPUs up. Disposing disposes the
/// <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe class BpfPerCpuArrayMap<TValue> : IBpfTypedMap<BpfPerCpuArrayMap<TValue>>
    where TValue : unmanaged
{
    private const int StackBytes = 1024;

    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A per-CPU array, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfPerCpuArrayMap(BpfMap map)
    {
        MapShape.Require<uint, TValue>(map, "BpfPerCpuArrayMap", BpfMapType.PerCpuArray);
        Map = map;
    }

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>The number of elements, which never changes.</summary>
    public int Count => (int)Map.MaxEntries;

    /// <summary>The values an element holds: all CPUs the kernel could have, offline ones too.</summary>
    public int CpuCount => PossibleCpus.Count;

    /// <summary>Reads all CPUs' values of an element.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="values">At least <see cref="CpuCount"/> long; CPU 0 comes first. An offline CPU's value is what it last was.</param>
    public void Read(int index, Span<TValue> values)
    {
        uint key = Key(index);
        RequireCpus(values.Length, nameof(values));
        if (Unsafe.SizeOf<TValue>() == Map.PerCpuStride)
        {
            fixed (TValue* v = values)
            {
                Map.Check(Map.Element(BpfCommand.MapLookupElement, &key, v, 0), "read an element of");
            }

            return;
        }

        byte[]? rented = null;
        Span<byte> buffer = Map.ValueBufferSize <= StackBytes
            ? stackalloc byte[StackBytes]
            : rented = ArrayPool<byte>.Shared.Rent(Map.ValueBufferSize);
        fixed (byte* b = buffer)
        {
            Map.Check(Map.Element(BpfCommand.MapLookupElement, &key, b, 0), "read an element of");
        }

        for (int cpu = 0; cpu < CpuCount; cpu++)
        {
            values[cpu] = MemoryMarshal.Read<TValue>(buffer[(cpu * Map.PerCpuStride)..]);
        }

        Return(rented);
    }

    /// <summary>Writes all CPUs' values of an element. Increments that programs make at the same time may be lost.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="values">At least <see cref="CpuCount"/> long; CPU 0 comes first.</param>
    public void Write(int index, ReadOnlySpan<TValue> values)
    {
        uint key = Key(index);
        RequireCpus(values.Length, nameof(values));
        byte[]? rented = null;
        Span<byte> buffer = Map.ValueBufferSize <= StackBytes
            ? stackalloc byte[StackBytes]
            : rented = ArrayPool<byte>.Shared.Rent(Map.ValueBufferSize);
        buffer.Clear();
        for (int cpu = 0; cpu < CpuCount; cpu++)
        {
            MemoryMarshal.Write(buffer[(cpu * Map.PerCpuStride)..], in values[cpu]);
        }

        fixed (byte* b = buffer)
        {
            Map.Update(&key, b, BpfUpdateMode.Any);
        }

        Return(rented);
    }

    /// <summary>Writes zero for all CPUs of an element.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    public void Clear(int index) => Write(index, new TValue[CpuCount]);

    static BpfPerCpuArrayMap<TValue> IBpfTypedMap<BpfPerCpuArrayMap<TValue>>.Wrap(BpfMap map) => new(map);

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();

    private static void Return(byte[]? rented)
    {
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private uint Key(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return (uint)index;
    }

    private void RequireCpus(int length, string parameter)
    {
        if (length < CpuCount)
        {
            throw new ArgumentException($"Map {Map.Name} has values of {CpuCount} CPUs, there is room for {length}.", parameter);
        }
    }
}
