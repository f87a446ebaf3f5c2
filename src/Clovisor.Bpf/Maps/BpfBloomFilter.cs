using System.Runtime.CompilerServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>A set of the kernel that answers "certainly not" or "probably": a bloom filter. Values cannot be listed or removed.</summary>
/// <typeparam name="TValue">A struct of exactly the value's layout. Its bytes are hashed, padding included: have none.</typeparam>
/// <remarks>One system call an operation, nothing allocated; safe to use from any thread. From Linux 5.16. Disposing disposes the
/// <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe class BpfBloomFilter<TValue> : IBpfTypedMap<BpfBloomFilter<TValue>>
    where TValue : unmanaged
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A bloom filter, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfBloomFilter(BpfMap map) => Map = MapShape.RequireValue<TValue>(map, "BpfBloomFilter", BpfMapType.BloomFilter);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    static BpfBloomFilter<TValue> IBpfTypedMap<BpfBloomFilter<TValue>>.Wrap(BpfMap map) => new(map);

    /// <summary>Adds a value. Always succeeds; beyond the number of values it was made for, wrong answers grow more frequent.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Add(in TValue value)
    {
        fixed (TValue* v = &value)
        {
            Map.Check(Map.Element(BpfCommand.MapUpdateElement, null, v, 0), "add to");
        }
    }

    /// <summary>Whether a value may have been added.</summary>
    /// <param name="value">The value.</param>
    /// <returns>False when it certainly was not; true when it was, or by chance looks as if.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool MightContain(in TValue value)
    {
        // The kernel copies the value in and out again.
        TValue copy = value;
        return Map.Found(Map.Element(BpfCommand.MapLookupElement, null, &copy, 0), "ask");
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();
}

/// <summary>Creates bloom filters without an object file.</summary>
public static class BpfBloomFilter
{
    /// <summary>Creates a bloom filter. Needs CAP_BPF or root.</summary>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="maxEntries">How many values it is made for, at least 1.</param>
    /// <param name="hashFunctions">How many hash functions, from 1 to 15. More make wrong answers rarer and each operation slower.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfBloomFilter<TValue> Create<TValue>(string name, uint maxEntries, int hashFunctions = 5)
        where TValue : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hashFunctions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashFunctions, 15);
        return new(BpfMap.Create(new BpfMapSpec(BpfMapType.BloomFilter, name)
        {
            ValueSize = Unsafe.SizeOf<TValue>(),
            MaxEntries = maxEntries,
            Extra = (ulong)hashFunctions,
        }));
    }
}
