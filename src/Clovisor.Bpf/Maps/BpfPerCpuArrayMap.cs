using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>An array of the kernel that holds, for every element, one value for each possible CPU. Made for counters.</summary>
/// <typeparam name="TValue">A struct of exactly one CPU's layout.</typeparam>
/// <remarks>One system call an operation; nothing allocated for values whose size is a multiple of 8, with a <see cref="BpfPerCpuBuffer{TValue}"/>,
/// or on machines of few CPUs. Safe to use from any thread. <see cref="BpfPerCpuArrayMap.Sum"/> adds the CPUs up. Disposing disposes the
/// <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe class BpfPerCpuArrayMap<TValue> : IBpfTypedMap<BpfPerCpuArrayMap<TValue>>
    where TValue : unmanaged
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A per-CPU array, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfPerCpuArrayMap(BpfMap map) => Map = MapShape.Require<uint, TValue>(map, "BpfPerCpuArrayMap", BpfMapType.PerCpuArray);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>The number of elements, which never changes.</summary>
    public int Count => (int)Map.MaxEntries;

    /// <summary>The values an element holds: all CPUs the kernel could have, offline ones too.</summary>
    public int CpuCount => PossibleCpus.Count;

    static BpfPerCpuArrayMap<TValue> IBpfTypedMap<BpfPerCpuArrayMap<TValue>>.Wrap(BpfMap map) => new(map);

    /// <summary>Room for one element, to be kept and reused.</summary>
    public BpfPerCpuBuffer<TValue> CreateBuffer() => new(Map);

    /// <summary>Reads all CPUs' values of an element.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="values">At least <see cref="CpuCount"/> long; CPU 0 comes first. An offline CPU's value is what it last was.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Read(int index, Span<TValue> values)
    {
        uint key = Key(index);
        PerCpuElement.Read(Map, &key, values);
    }

    /// <summary>Reads all CPUs' values of an element where they stand.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="buffer">The room.</param>
    /// <returns>The values, in <paramref name="buffer"/>.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public PerCpuSpan<TValue> Read(int index, BpfPerCpuBuffer<TValue> buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        uint key = Key(index);
        Map.TryLookup(new ReadOnlySpan<byte>(&key, sizeof(uint)), buffer.Bytes);
        return buffer.Values;
    }

    /// <summary>Reads one CPU's value of an element. Kernels before Linux 7.0 give all CPUs' values, of which this takes one.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="cpu">From 0 to <see cref="CpuCount"/> - 1.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public TValue Read(int index, int cpu)
    {
        uint key = Key(index);
        SingleCpuElement.Read(Map, &key, cpu, out TValue value);
        return value;
    }

    /// <summary>Writes one CPU's value of an element, and leaves the others alone. Needs Linux 7.0. What that CPU's programs count at the same time may be lost.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="cpu">From 0 to <see cref="CpuCount"/> - 1.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="BpfNotSupportedException">The kernel cannot; nothing was written.</exception>
    /// <exception cref="BpfException">The kernel refused otherwise.</exception>
    public void Write(int index, int cpu, in TValue value)
    {
        uint key = Key(index);
        SingleCpuElement.Write(Map, &key, cpu, in value, BpfUpdateMode.Any);
    }

    /// <summary>Writes all CPUs' values of an element. Increments that programs make at the same time may be lost.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="values">At least <see cref="CpuCount"/> long; CPU 0 comes first.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Write(int index, ReadOnlySpan<TValue> values)
    {
        uint key = Key(index);
        PerCpuElement.Write(Map, &key, values, BpfUpdateMode.Any);
    }

    /// <summary>Writes zero for all CPUs of an element.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Clear(int index)
    {
        uint key = Key(index);
        TValue zero = default;
        PerCpuElement.WriteSame(Map, &key, in zero, BpfUpdateMode.Any);
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();

    private uint Key(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return (uint)index;
    }
}
