using System.Buffers.Binary;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>Longest prefix match. Keys come in the kernel's order: those below a prefix before the prefix itself, zeros before ones.</summary>
internal sealed class TrieStorage : SimulatedMap
{
    private const int PrefixBytes = sizeof(uint);
    private const int MaxDataBytes = 256;
    private const uint Allowed = MapFlags.NoPreallocation | MapFlags.NumaNode | MapFlags.Access;

    private readonly SortedList<byte[], byte[]> _nodes = new(Comparer<byte[]>.Create(static (x, y) => Compare(x, y)));
    private readonly uint _maxPrefix;

    private TrieStorage(MapTraits traits, string name)
        : base(traits, name) => _maxPrefix = (uint)(traits.KeySize - PrefixBytes) * 8;

    internal static int Create(MapTraits traits, string name, out SimulatedMap? map)
    {
        map = null;
        if (traits.MaxEntries == 0 || !traits.Has(MapFlags.NoPreallocation) || traits.Has(~Allowed)
            || traits.KeySize is <= PrefixBytes or > PrefixBytes + MaxDataBytes || traits.ValueSize == 0)
        {
            return -Errno.EINVAL;
        }

        map = new TrieStorage(traits, name);
        return 0;
    }

    internal override int Lookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        uint length = Prefix(key);
        if (length > _maxPrefix)
        {
            return -Errno.ENOENT;
        }

        byte[]? best = null;
        foreach ((byte[] node, byte[] stored) in _nodes)
        {
            uint prefix = Prefix(node);
            if (prefix <= length && CommonBits(node, key) >= prefix && (best is null || prefix > Prefix(best)))
            {
                best = node;
                stored.CopyTo(value);
            }
        }

        return best is null ? -Errno.ENOENT : 0;
    }

    internal override int Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags)
    {
        if (flags > MapFlags.Existing || Prefix(key) > _maxPrefix)
        {
            return -Errno.EINVAL;
        }

        byte[] node = key.ToArray();
        int at = _nodes.IndexOfKey(node);
        if (at < 0 && flags == MapFlags.Existing)
        {
            return -Errno.ENOENT;
        }

        if (at < 0 && _nodes.Count >= Traits.MaxEntries)
        {
            return -Errno.ENOSPC;
        }

        if (at >= 0 && flags == MapFlags.NotExisting)
        {
            return -Errno.EEXIST;
        }

        // The bits behind the prefix count for nothing, but they are kept as they were written last.
        if (at >= 0)
        {
            _nodes.RemoveAt(at);
        }

        _nodes.Add(node, value.ToArray());
        return 0;
    }

    internal override int Delete(ReadOnlySpan<byte> key)
    {
        if (Prefix(key) > _maxPrefix)
        {
            return -Errno.EINVAL;
        }

        return _nodes.Remove(key.ToArray()) ? 0 : -Errno.ENOENT;
    }

    internal override int NextKey(ReadOnlySpan<byte> key, Span<byte> next)
    {
        int at = key.IsEmpty || Prefix(key) > _maxPrefix ? -1 : _nodes.IndexOfKey(key.ToArray());
        if (at + 1 >= _nodes.Count)
        {
            return -Errno.ENOENT;
        }

        _nodes.GetKeyAtIndex(at + 1).CopyTo(next);
        return 0;
    }

    internal override bool HasBatch(BpfCommand command) => command != BpfCommand.MapLookupAndDeleteBatch;

    private static uint Prefix(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt32LittleEndian(key);

    private static bool Bit(ReadOnlySpan<byte> key, uint index) => (key[PrefixBytes + (int)(index / 8)] >> (int)(7 - (index % 8)) & 1) != 0;

    private static uint CommonBits(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        uint limit = Math.Min(Prefix(x), Prefix(y));
        uint common = 0;
        while (common < limit && Bit(x, common) == Bit(y, common))
        {
            common++;
        }

        return common;
    }

    private static int Compare(byte[] x, byte[] y)
    {
        uint common = CommonBits(x, y);
        uint first = Prefix(x);
        uint second = Prefix(y);
        if (common == first || common == second)
        {
            return second.CompareTo(first);
        }

        return Bit(x, common).CompareTo(Bit(y, common));
    }
}
