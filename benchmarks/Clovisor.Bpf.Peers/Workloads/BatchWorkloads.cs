using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Peers.Workloads;

/// <summary>Replaces values by batches of one size; time is given for an element.</summary>
internal sealed class HashBatchUpdate(Elements elements, int size, int calls) : FullHash(elements)
{
    internal override int Chunk => size * calls;

    internal override int Run(int position)
    {
        for (int at = position; at < position + Chunk; at += size)
        {
            Map.SetMany(Elements.Keys.AsSpan(at, size), Elements.Values.AsSpan(at, size));
        }

        return Chunk;
    }
}

/// <summary>Reads the whole map key by key: the next key, then its value.</summary>
internal sealed class HashIterate(Elements elements) : FullHash(elements)
{
    internal override int Chunk => Length;

    internal override int Run(int position)
    {
        Span<byte> key = stackalloc byte[16];
        Span<byte> value = stackalloc byte[32];
        int count = 0;
        ulong sum = 0;
        for (bool more = Map.Map.TryGetNextKey([], key); more; more = Map.Map.TryGetNextKey(key, key))
        {
            if (Map.Map.TryLookup(key, value))
            {
                count++;
                sum += BitConverter.ToUInt64(value);
            }
        }

        Require(count == Length && sum == (ulong)Length * ((ulong)Length - 1) / 2, $"the walk saw {count} of {Length}");
        return count;
    }
}

/// <summary>Reads the whole map in batches.</summary>
internal sealed class HashBatchLookup : FullHash
{
    private readonly BpfMapReader<Key, Value> _reader;

    internal HashBatchLookup(Elements elements)
        : base(elements) => _reader = Map.CreateReader(4096);

    internal override int Chunk => Length;

    internal override int Run(int position)
    {
        int count = 0;
        ulong sum = 0;
        _reader.Restart();
        while (_reader.Read())
        {
            count += _reader.Count;
            foreach (ref readonly Value value in _reader.Values)
            {
                sum += value.A;
            }
        }

        Require(count == Length && sum == (ulong)Length * ((ulong)Length - 1) / 2, $"the walk saw {count} of {Length}");
        return count;
    }

    internal override void Close()
    {
        _reader.Dispose();
        base.Close();
    }
}
