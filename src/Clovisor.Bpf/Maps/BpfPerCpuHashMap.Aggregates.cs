using System.Numerics;
using System.Runtime.CompilerServices;

namespace Clovisor.Bpf.Maps;

/// <summary>Creates per-CPU hash maps without an object file, and adds their values up.</summary>
public static class BpfPerCpuHashMap
{
    private const int StackCpus = 64;

    /// <summary>Creates a per-CPU hash map, which refuses new keys when it is full. Needs CAP_BPF or root.</summary>
    /// <typeparam name="TKey">The key, without padding.</typeparam>
    /// <typeparam name="TValue">One CPU's value.</typeparam>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="maxEntries">The most entries, at least 1.</param>
    /// <param name="flags">Flags of the map.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfPerCpuHashMap<TKey, TValue> Create<TKey, TValue>(string name, uint maxEntries, BpfMapOptions flags = BpfMapOptions.None)
        where TKey : unmanaged
        where TValue : unmanaged => new(BpfMap.Create(BpfMapType.PerCpuHash, name, Unsafe.SizeOf<TKey>(), Unsafe.SizeOf<TValue>(), maxEntries, flags));

    /// <summary>Creates a per-CPU hash map that evicts old entries when it is about to be full. Needs CAP_BPF or root.</summary>
    /// <inheritdoc cref="Create"/>
    public static BpfPerCpuHashMap<TKey, TValue> CreateLru<TKey, TValue>(string name, uint maxEntries, BpfMapOptions flags = BpfMapOptions.None)
        where TKey : unmanaged
        where TValue : unmanaged => new(BpfMap.Create(BpfMapType.LruPerCpuHash, name, Unsafe.SizeOf<TKey>(), Unsafe.SizeOf<TValue>(), maxEntries, flags));

    /// <summary>The sum over all possible CPUs of a key's values. The CPUs are read one after the other while they count on.</summary>
    /// <typeparam name="TKey">The key.</typeparam>
    /// <typeparam name="TValue">A number, or a struct that defines <c>+</c> and a zero.</typeparam>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <param name="sum">The sum; zero when the key is not there.</param>
    /// <returns>False when the key is not there.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static bool TrySum<TKey, TValue>(this BpfPerCpuHashMap<TKey, TValue> map, TKey key, out TValue sum)
        where TKey : unmanaged
        where TValue : unmanaged, IAdditionOperators<TValue, TValue, TValue>, IAdditiveIdentity<TValue, TValue>
    {
        ArgumentNullException.ThrowIfNull(map);
        Span<TValue> values = map.CpuCount <= StackCpus ? stackalloc TValue[StackCpus] : new TValue[map.CpuCount];
        bool found = map.TryGetValues(in key, values);
        sum = found ? BpfPerCpuArrayMap.SumOf((ReadOnlySpan<TValue>)values[..map.CpuCount]) : TValue.AdditiveIdentity;
        return found;
    }
}
