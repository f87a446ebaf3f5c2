using System.Numerics;

namespace Clovisor.Bpf.Maps;

/// <summary>Adds up per-CPU values.</summary>
public static class BpfPerCpuArrayMap
{
    private const int StackCpus = 64;

    /// <summary>The sum over all possible CPUs of an element. The CPUs are read one after the other while they count on.</summary>
    /// <typeparam name="TValue">A number, or a struct that defines <c>+</c> and a zero.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="index">From 0 to the map's count - 1.</param>
    public static TValue Sum<TValue>(this BpfPerCpuArrayMap<TValue> map, int index)
        where TValue : unmanaged, IAdditionOperators<TValue, TValue, TValue>, IAdditiveIdentity<TValue, TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        Span<TValue> values = map.CpuCount <= StackCpus ? stackalloc TValue[StackCpus] : new TValue[map.CpuCount];
        map.Read(index, values);
        TValue sum = TValue.AdditiveIdentity;
        foreach (TValue value in values[..map.CpuCount])
        {
            sum += value;
        }

        return sum;
    }
}
