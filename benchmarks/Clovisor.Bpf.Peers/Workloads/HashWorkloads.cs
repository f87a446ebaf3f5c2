using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Peers.Workloads;

/// <summary>A hash map that holds all keys.</summary>
internal abstract class FullHash : Workload
{
    private protected FullHash(Elements elements, BpfMapType type = BpfMapType.Hash, int room = 1)
    {
        Elements = elements;
        Map = Create(type, elements.Count * room);
        for (int i = 0; i < elements.Count; i++)
        {
            Require(Map.TryAdd(in elements.Keys[i], in elements.Values[i]), "a new key was there already");
        }

        Verify();
    }

    internal override int Length => Elements.Count;

    private protected Elements Elements { get; }

    private protected BpfHashMap<Key, Value> Map { get; }

    internal static BpfHashMap<Key, Value> Create(BpfMapType type, int entries) =>
        new(BpfMap.Create(type, "peer", 16, 32, (uint)entries));

    internal override void Verify()
    {
        for (int i = 0; i < Elements.Count; i++)
        {
            Require(Map.TryGetValue(in Elements.Keys[i], out Value value) && value == Elements.Values[i], "a key has another value");
        }
    }

    internal override void Close() => Map.Dispose();
}

/// <summary>Replaces values of keys that are there.</summary>
internal sealed class HashUpdateExisting(Elements elements) : FullHash(elements)
{
    internal override int Run(int position)
    {
        bool all = true;
        foreach (ref readonly Key key in Elements.Keys.AsSpan(position, Chunk))
        {
            all &= Map.TryUpdate(in key, Value.Of(key.B));
        }

        Require(all, "a key was not there");
        return Chunk;
    }
}

/// <summary>Reads values of keys that are there.</summary>
internal sealed class HashLookup(Elements elements) : FullHash(elements)
{
    private ulong _sum;

    internal override int Run(int position)
    {
        ulong sum = 0;
        bool all = true;
        foreach (ref readonly Key key in Elements.Keys.AsSpan(position, Chunk))
        {
            all &= Map.TryGetValue(in key, out Value value);
            sum += value.A;
        }

        _sum += sum;
        Require(all, "a key was not there");
        return Chunk;
    }
}

/// <summary>Fills an empty map.</summary>
internal sealed class HashInsert(Elements elements, BpfHashMap<Key, Value> map) : Workload
{
    internal override int Length => elements.Count;

    internal override int Run(int position)
    {
        ReadOnlySpan<Key> keys = elements.Keys.AsSpan(position, Math.Min(Chunk, elements.Count - position));
        bool all = true;
        foreach (ref readonly Key key in keys)
        {
            all &= map.TryAdd(in key, Value.Of(key.B));
        }

        Require(all, "a key was there already");
        return keys.Length;
    }

    internal override void Verify()
    {
        for (int i = 0; i < elements.Count; i++)
        {
            Require(map.TryGetValue(in elements.Keys[i], out Value value) && value == elements.Values[i], "an inserted key has another value");
        }
    }
}

/// <summary>Empties a full map.</summary>
internal sealed class HashDelete(Elements elements, BpfHashMap<Key, Value> map) : Workload
{
    internal override int Length => elements.Count;

    internal override int Run(int position)
    {
        ReadOnlySpan<Key> keys = elements.Keys.AsSpan(position, Math.Min(Chunk, elements.Count - position));
        bool all = true;
        foreach (ref readonly Key key in keys)
        {
            all &= map.Remove(in key);
        }

        Require(all, "a key was not there");
        return keys.Length;
    }

    internal override void Verify() => Require(map.CountEntries() == 0, "the emptied map is not empty");
}

/// <summary>Replaces values in an LRU map with room to spare: nothing is evicted.</summary>
internal sealed class LruUpdate(Elements elements) : FullHash(elements, BpfMapType.LruHash, room: 2)
{
    internal override int Run(int position)
    {
        foreach (ref readonly Key key in Elements.Keys.AsSpan(position, Chunk))
        {
            Map[in key] = Value.Of(key.B);
        }

        return Chunk;
    }
}

/// <summary>Writes twice as many keys as an LRU map holds, round and round: nearly every write evicts.</summary>
internal sealed class LruEvict : Workload
{
    private readonly Key[] _keys;
    private readonly int _entries;
    private readonly BpfHashMap<Key, Value> _map;
    private Value _value = Value.Of(0);

    internal LruEvict(Elements elements)
    {
        _entries = elements.Count;
        _keys = Array.ConvertAll(Elements.Shuffle(2 * elements.Count), static i => Key.Of(i));
        _map = FullHash.Create(BpfMapType.LruHash, elements.Count);
        foreach (ref readonly Key key in _keys.AsSpan())
        {
            _value.A = key.B;
            _map[in key] = _value;
        }

        Verify();
    }

    internal override int Length => _keys.Length;

    internal override int Run(int position)
    {
        foreach (ref readonly Key key in _keys.AsSpan(position, Chunk))
        {
            _value.A = key.B;
            _map[in key] = _value;
        }

        return Chunk;
    }

    internal override void Verify()
    {
        long count = _map.CountEntries();
        Require(count > _entries / 2 && count <= _entries, $"the LRU map holds {count} of {_entries}");
    }

    internal override void Close() => _map.Dispose();
}
