using System.Numerics;
using System.Runtime.CompilerServices;

namespace Clovisor.Bpf.Maps;

/// <summary>Creates per-CPU arrays without an object file, and adds their values up.</summary>
public static class BpfPerCpuArrayMap
{
    private const int StackCpus = 64;

    /// <summary>Creates a per-CPU array. Needs CAP_BPF or root.</summary>
    /// <typeparam name="TValue">One CPU's value.</typeparam>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="length">The number of elements, at least 1.</param>
    /// <param name="flags">Flags of the map.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfPerCpuArrayMap<TValue> Create<TValue>(string name, uint length, BpfMapOptions flags = BpfMapOptions.None)
        where TValue : unmanaged => new(BpfMap.Create(BpfMapType.PerCpuArray, name, sizeof(uint), Unsafe.SizeOf<TValue>(), length, flags));

    /// <summary>The sum over all possible CPUs of an element. The CPUs are read one after the other while they count on.</summary>
    /// <typeparam name="TValue">A number, or a struct that defines <c>+</c> and a zero.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="index">From 0 to the map's count - 1.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static TValue Sum<TValue>(this BpfPerCpuArrayMap<TValue> map, int index)
        where TValue : unmanaged, IAdditionOperators<TValue, TValue, TValue>, IAdditiveIdentity<TValue, TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        Span<TValue> values = map.CpuCount <= StackCpus ? stackalloc TValue[StackCpus] : new TValue[map.CpuCount];
        map.Read(index, values);
        return SumOf((ReadOnlySpan<TValue>)values[..map.CpuCount]);
    }

    internal static TValue SumOf<TValue>(ReadOnlySpan<TValue> values)
        where TValue : unmanaged, IAdditionOperators<TValue, TValue, TValue>, IAdditiveIdentity<TValue, TValue>
    {
        TValue sum = TValue.AdditiveIdentity;
        foreach (TValue value in values)
        {
            sum += value;
        }

        return sum;
    }
}
