using Clovisor.Bpf.Maps;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Kernel;

/// <summary>Entries in the kernel, whatever maps they lie in.</summary>
internal abstract class KernelTable<TKey, TValue> : IDisposable
    where TKey : unmanaged
    where TValue : unmanaged
{
    internal abstract bool TryGetValue(in TKey key, out TValue value);

    internal abstract List<KeyValuePair<TKey, TValue>> Entries();

    /// <summary>False: there is one already.</summary>
    internal abstract bool TryAdd(in TKey key, in TValue value);

    internal abstract bool TryUpdate(in TKey key, in TValue value);

    internal abstract bool Remove(in TKey key);

    public abstract void Dispose();

    /// <summary>Makes it hold these entries alone.</summary>
    internal void Fill(Dictionary<TKey, TValue> entries)
    {
        foreach ((TKey key, _) in Entries())
        {
            Remove(in key);
        }

        foreach ((TKey key, TValue value) in entries)
        {
            TryAdd(in key, in value);
        }
    }
}

/// <summary>One map.</summary>
internal sealed class SingleTable<TKey, TValue>(BpfHashMap<TKey, TValue> map) : KernelTable<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    internal override bool TryGetValue(in TKey key, out TValue value) => map.TryGetValue(in key, out value);

    internal override List<KeyValuePair<TKey, TValue>> Entries() => [.. map.Snapshot().Entries];

    internal override bool TryAdd(in TKey key, in TValue value) => map.TryAdd(in key, in value);

    internal override bool TryUpdate(in TKey key, in TValue value) => map.TryUpdate(in key, in value);

    internal override bool Remove(in TKey key) => map.Remove(in key);

    public override void Dispose() => map.Dispose();
}

/// <summary>A map for each family, that of IPv4 with shorter keys, and values of its own.</summary>
internal sealed class FamilyTable<TValue, TNarrow>(
    BpfHashMap<ClvTupleV4, TNarrow> v4, BpfHashMap<ClvTuple, TValue> v6, Func<TValue, TNarrow> narrow, Func<TNarrow, TValue> widen) : KernelTable<ClvTuple, TValue>
    where TValue : unmanaged
    where TNarrow : unmanaged
{
    internal override bool TryGetValue(in ClvTuple key, out TValue value)
    {
        if (!key.IsV4)
        {
            return v6.TryGetValue(in key, out value);
        }

        bool found = v4.TryGetValue(ClvTupleV4.From(in key), out TNarrow short4);
        value = widen(short4);
        return found;
    }

    internal override List<KeyValuePair<ClvTuple, TValue>> Entries() =>
    [
        .. v4.Snapshot().Entries.Select(entry => KeyValuePair.Create(entry.Key.Widen(), widen(entry.Value))),
        .. v6.Snapshot().Entries,
    ];

    internal override bool TryAdd(in ClvTuple key, in TValue value) =>
        key.IsV4 ? v4.TryAdd(ClvTupleV4.From(in key), narrow(value)) : v6.TryAdd(in key, in value);

    internal override bool TryUpdate(in ClvTuple key, in TValue value) =>
        key.IsV4 ? v4.TryUpdate(ClvTupleV4.From(in key), narrow(value)) : v6.TryUpdate(in key, in value);

    internal override bool Remove(in ClvTuple key) => key.IsV4 ? v4.Remove(ClvTupleV4.From(in key)) : v6.Remove(in key);

    public override void Dispose()
    {
        v4.Dispose();
        v6.Dispose();
    }
}
