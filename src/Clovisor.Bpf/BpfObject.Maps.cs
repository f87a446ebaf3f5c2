using Clovisor.Bpf.Maps;
using Clovisor.Bpf.RingBuffers;

namespace Clovisor.Bpf;

// The maps as typed ones.
public sealed partial class BpfObject
{
    /// <summary>Takes out a map as a typed one. The caller disposes it.</summary>
    /// <typeparam name="TMap">The typed map: <c>BpfLpmTrie&lt;uint, Route&gt;</c>.</typeparam>
    /// <param name="name">The name in the object file.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="BpfMapIncompatibleException">Type, sizes or C types do not fit; every difference is listed.</exception>
    public TMap Map<TMap>(string name)
        where TMap : IBpfTypedMap<TMap> => Wrap(name, TMap.Wrap);

    /// <summary>Takes out a hash or LRU hash map. The caller disposes it.</summary>
    /// <typeparam name="TKey">A struct of exactly the key's layout.</typeparam>
    /// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
    /// <param name="name">The name in the object file.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="BpfMapIncompatibleException">Type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfHashMap<TKey, TValue> HashMap<TKey, TValue>(string name)
        where TKey : unmanaged
        where TValue : unmanaged => Map<BpfHashMap<TKey, TValue>>(name);

    /// <summary>Takes out an array map. The caller disposes it.</summary>
    /// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
    /// <param name="name">The name in the object file.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="BpfMapIncompatibleException">Type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfArrayMap<TValue> ArrayMap<TValue>(string name)
        where TValue : unmanaged => Map<BpfArrayMap<TValue>>(name);

    /// <summary>Takes out a per-CPU array map. The caller disposes it.</summary>
    /// <typeparam name="TValue">A struct of exactly one CPU's layout.</typeparam>
    /// <param name="name">The name in the object file.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="BpfMapIncompatibleException">Type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfPerCpuArrayMap<TValue> PerCpuArrayMap<TValue>(string name)
        where TValue : unmanaged => Map<BpfPerCpuArrayMap<TValue>>(name);

    /// <summary>Takes out a ring buffer to read records from. The caller disposes it.</summary>
    /// <param name="name">The name in the object file.</param>
    /// <param name="options">How to wait and what to count; null for the defaults.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="BpfMapIncompatibleException">The map is no ring buffer.</exception>
    public BpfRingBuffer RingBuffer(string name, BpfReaderOptions? options = null) => Wrap(name, map => new BpfRingBuffer(map, options));

    /// <summary>Takes out a user ring buffer to send records to programs by. The caller disposes it.</summary>
    /// <param name="name">The name in the object file.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="BpfMapIncompatibleException">The map is no user ring buffer.</exception>
    public BpfUserRingBuffer UserRingBuffer(string name) => Wrap(name, static map => new BpfUserRingBuffer(map));

    /// <summary>Takes out a perf event array and opens a buffer on every online CPU to read records from. The caller disposes it.</summary>
    /// <param name="name">The name in the object file.</param>
    /// <param name="options">Sizes and wake-ups; null for the defaults.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    /// <exception cref="BpfMapIncompatibleException">The map is no perf event array.</exception>
    /// <exception cref="BpfException">A buffer cannot be opened.</exception>
    public BpfPerfBuffer PerfBuffer(string name, BpfPerfBufferOptions? options = null) => Wrap(name, map => BpfPerfBuffer.Open(map, options));

    private TMap Wrap<TMap>(string name, Func<BpfMap, TMap> wrap)
    {
        BpfMap map = Map(name);
        try
        {
            return wrap(map);
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }
}
