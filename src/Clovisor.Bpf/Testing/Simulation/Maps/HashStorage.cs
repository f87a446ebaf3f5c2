using System.Numerics;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>
/// Hash and LRU hash, with one value or one for each CPU, and hash of maps by way of <see cref="HashOfMapsStorage"/>. Buckets as in the kernel:
/// their order is the order of keys, and a batch never splits one.
/// </summary>
internal class HashStorage : SimulatedMap
{
    private const int MaxPerCpuValue = 32 * 1024;
    private const int MaxBuckets = 1 << 20;
    private const uint Allowed = MapFlags.NoPreallocation | MapFlags.NoCommonLru | MapFlags.NumaNode | MapFlags.Access | MapFlags.ZeroSeed;

    private readonly List<Entry>[] _buckets;
    private readonly LinkedList<Entry>? _byUse;
    private uint _count;

    protected HashStorage(MapTraits traits, string name)
        : base(traits, name)
    {
        ValueBytes = IsPerCpu(traits.Type) ? Align(traits.ValueSize) * PossibleCpus.Count : traits.ValueSize;
        _buckets = new List<Entry>[Math.Min(BitOperations.RoundUpToPowerOf2(traits.MaxEntries), MaxBuckets)];
        _byUse = IsLru(traits.Type) ? new LinkedList<Entry>() : null;
    }

    internal override int ValueBytes { get; }

    internal static int Create(MapTraits traits, string name, out SimulatedMap? map)
    {
        int result = Validate(traits);
        map = result == 0 ? new HashStorage(traits, name) : null;
        return result;
    }

    internal override int Lookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        if (Find(key, out _) is not { } entry)
        {
            return -Errno.ENOENT;
        }

        entry.Value.CopyTo(value);
        return 0;
    }

    internal override int Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags)
    {
        if ((IsPerCpu(Traits.Type) ? flags : flags & ~MapFlags.Lock) > MapFlags.Existing)
        {
            return -Errno.EINVAL;
        }

        ulong mode = flags & ~MapFlags.Lock;
        if (Find(key, out List<Entry> bucket) is { } existing)
        {
            if (mode == MapFlags.NotExisting)
            {
                return -Errno.EEXIST;
            }

            OnRemoved(existing.Value);
            value.CopyTo(existing.Value);
            Touch(existing);
            return 0;
        }

        if (mode == MapFlags.Existing)
        {
            return -Errno.ENOENT;
        }

        if (_count >= Traits.MaxEntries)
        {
            if (_byUse is null)
            {
                return -Errno.E2BIG;
            }

            Entry oldest = _byUse.Last!.Value;
            Remove(Bucket(oldest.Key), oldest);
        }

        var entry = new Entry(key.ToArray(), value.ToArray());
        bucket.Insert(0, entry);
        entry.Use = _byUse?.AddFirst(entry);
        _count++;
        return 0;
    }

    internal override int Delete(ReadOnlySpan<byte> key)
    {
        if (Find(key, out List<Entry> bucket) is not { } entry)
        {
            return -Errno.ENOENT;
        }

        Remove(bucket, entry);
        return 0;
    }

    internal override int LookupAndDelete(ReadOnlySpan<byte> key, Span<byte> value)
    {
        int result = Lookup(key, value);
        return result < 0 ? result : Delete(key);
    }

    internal override int NextKey(ReadOnlySpan<byte> key, Span<byte> next)
    {
        uint bucket = 0;
        int at = 0;

        // A key that has gone starts over at the first.
        if (!key.IsEmpty && Find(key, out List<Entry> found) is { } entry)
        {
            bucket = BucketOf(key);
            at = found.IndexOf(entry) + 1;
        }

        for (; bucket < _buckets.Length; bucket++, at = 0)
        {
            if (_buckets[bucket] is { } entries && at < entries.Count)
            {
                entries[at].Key.CopyTo(next);
                return 0;
            }
        }

        return -Errno.ENOENT;
    }

    internal override unsafe int LookupBatch(ref BatchRequest request, bool delete)
    {
        uint capacity = request.Count;
        request.Count = 0;
        if (capacity == 0)
        {
            return 0;
        }

        uint bucket = request.In is null ? 0 : *(uint*)request.In;
        if (bucket >= _buckets.Length)
        {
            return -Errno.ENOENT;
        }

        int result = 0;
        uint done = 0;
        for (; bucket < _buckets.Length; bucket++)
        {
            List<Entry>? entries = _buckets[bucket];
            if (entries is null || entries.Count == 0)
            {
                continue;
            }

            if (entries.Count > capacity - done)
            {
                result = done == 0 ? -Errno.ENOSPC : 0;
                break;
            }

            foreach (Entry entry in entries)
            {
                entry.Key.CopyTo(request.Key(done, Traits.KeySize));
                Lookup(entry.Key, request.Value(done, ValueBytes));
                done++;
            }

            while (delete && entries.Count > 0)
            {
                Remove(entries, entries[^1]);
            }
        }

        request.Count = done;
        if (request.Out is null)
        {
            return -Errno.EFAULT;
        }

        *(uint*)request.Out = bucket;
        return bucket == _buckets.Length ? -Errno.ENOENT : result;
    }

    internal override bool HasBatch(BpfCommand command) => true;

    protected static int Validate(MapTraits traits)
    {
        if (traits.Has(~Allowed) || (!IsLru(traits.Type) && traits.Has(MapFlags.NoCommonLru)))
        {
            return -Errno.EINVAL;
        }

        if (IsLru(traits.Type) && traits.Has(MapFlags.NoPreallocation))
        {
            return -Errno.ENOTSUPP;
        }

        if (traits.MaxEntries == 0 || traits.KeySize == 0 || traits.ValueSize == 0)
        {
            return -Errno.EINVAL;
        }

        return traits.MaxEntries > 1u << 31 || (IsPerCpu(traits.Type) && Align(traits.ValueSize) > MaxPerCpuValue) ? -Errno.E2BIG : 0;
    }

    /// <summary>Told of each entry that goes, whatever takes it away.</summary>
    protected virtual void OnRemoved(ReadOnlySpan<byte> value)
    {
    }

    protected override void OnFree()
    {
        foreach (Entry entry in _buckets.Where(static bucket => bucket is not null).SelectMany(static bucket => bucket))
        {
            OnRemoved(entry.Value);
        }
    }

    /// <summary>The value of a key as it is stored; empty when the key is not there.</summary>
    protected ReadOnlySpan<byte> Stored(ReadOnlySpan<byte> key) => Find(key, out _) is { } entry ? entry.Value : default;

    private static bool IsPerCpu(BpfMapType type) => type is BpfMapType.PerCpuHash or BpfMapType.LruPerCpuHash;

    private static bool IsLru(BpfMapType type) => type is BpfMapType.LruHash or BpfMapType.LruPerCpuHash;

    private static int Align(int size) => (size + 7) & ~7;

    private Entry? Find(ReadOnlySpan<byte> key, out List<Entry> bucket)
    {
        bucket = Bucket(key);
        foreach (Entry entry in bucket)
        {
            if (key.SequenceEqual(entry.Key))
            {
                return entry;
            }
        }

        return null;
    }

    private List<Entry> Bucket(ReadOnlySpan<byte> key) => _buckets[BucketOf(key)] ??= [];

    private uint BucketOf(ReadOnlySpan<byte> key) => Mixing.Hash(key, 0) & (uint)(_buckets.Length - 1);

    // Looking up from user space does not make an entry younger, writing does.
    private void Touch(Entry entry)
    {
        if (entry.Use is { } use)
        {
            _byUse!.Remove(use);
            _byUse.AddFirst(use);
        }
    }

    private void Remove(List<Entry> bucket, Entry entry)
    {
        bucket.Remove(entry);
        if (entry.Use is { } use)
        {
            _byUse!.Remove(use);
        }

        _count--;
        OnRemoved(entry.Value);
    }

    private sealed class Entry(byte[] key, byte[] value)
    {
        internal byte[] Key { get; } = key;

        internal byte[] Value { get; } = value;

        internal LinkedListNode<Entry>? Use { get; set; }
    }
}
