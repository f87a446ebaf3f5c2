using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>Walks a hash map: by batch, and key by key where the kernel has no batch.</summary>
internal static unsafe class HashMapWalk
{
    private const int FirstCapacity = 4096;
    private const int InterruptedRetries = 64;

    internal delegate void Chunk<TKey, TValue>(ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values);

    internal static BpfMapCompleteness Run<TKey, TValue>(BpfMap map, Chunk<TKey, TValue> chunk, bool batch = true)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        if (batch && TryRunBatches(map, (int)Math.Clamp(map.MaxEntries, 1, FirstCapacity), chunk))
        {
            return BpfMapCompleteness.Complete;
        }

        return RunKeys(map, chunk);
    }

    /// <summary>False when the kernel has no batch; nothing was given out then.</summary>
    internal static bool TryRunBatches<TKey, TValue>(BpfMap map, int capacity, Chunk<TKey, TValue> chunk)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        // The kernel's cursor is a bucket number for hashes and a key for other types.
        int cursorSize = Math.Max(sizeof(ulong), map.KeySize);
        byte[] cursors = new byte[2 * cursorSize];
        TKey[] keys = ArrayPool<TKey>.Shared.Rent(capacity);
        TValue[] values = ArrayPool<TValue>.Shared.Rent(capacity);
        try
        {
            int interrupted = 0;
            for (bool first = true; ;)
            {
                uint count = (uint)capacity;
                int result;
                fixed (byte* cursor = cursors)
                fixed (TKey* k = keys)
                fixed (TValue* v = values)
                {
                    result = map.Batch(BpfCommand.MapLookupBatch, first ? null : cursor, cursor + cursorSize, k, v, ref count);
                }

                switch (result)
                {
                    case >= 0 or -Errno.ENOENT:
                        // Fewer than asked for is not the end; only ENOENT is, and it comes with data.
                        chunk(keys.AsSpan(0, (int)count), values.AsSpan(0, (int)count));
                        if (result == -Errno.ENOENT)
                        {
                            return true;
                        }

                        first = false;
                        cursors.AsSpan(cursorSize).CopyTo(cursors);
                        break;
                    case -Errno.ENOSPC:
                        // One bucket holds more entries than there is room for: the same cursor again, with more room.
                        capacity = checked(capacity * 2);
                        Return(keys, values);
                        keys = ArrayPool<TKey>.Shared.Rent(capacity);
                        values = ArrayPool<TValue>.Shared.Rent(capacity);
                        break;
                    case -Errno.EINTR or -Errno.EAGAIN when ++interrupted <= InterruptedRetries:
                        break;
                    default:
                        if (first && HashMapBatch.IsMissing(result))
                        {
                            return false;
                        }

                        map.Throw("walk", -result);
                        return false;
                }
            }
        }
        finally
        {
            Return(keys, values);
        }
    }

    private static BpfMapCompleteness RunKeys<TKey, TValue>(BpfMap map, Chunk<TKey, TValue> chunk)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        var seen = new HashSet<TKey>(BytesComparer<TKey>.Instance);
        BpfMapCompleteness completeness = BpfMapCompleteness.Complete;
        long steps = (4 * (long)map.MaxEntries) + 1024;
        TKey key = default;
        TKey next;
        for (bool more = map.NextKey(null, &next); more; more = map.NextKey(&key, &next))
        {
            if (steps-- == 0)
            {
                return BpfMapCompleteness.Truncated;
            }

            key = next;
            if (!seen.Add(key))
            {
                // The key to go on from had vanished, and the kernel began again at the first.
                completeness = BpfMapCompleteness.Restarted;
                continue;
            }

            TValue value;
            if (map.Found(map.Element(BpfCommand.MapLookupElement, &key, &value, 0), "look up a key in"))
            {
                chunk(new ReadOnlySpan<TKey>(ref key), new ReadOnlySpan<TValue>(ref value));
            }
        }

        return completeness;
    }

    private static void Return<TKey, TValue>(TKey[] keys, TValue[] values)
    {
        ArrayPool<TKey>.Shared.Return(keys);
        ArrayPool<TValue>.Shared.Return(values);
    }

    /// <summary>Keys are equal when all their bytes are, as they are to the kernel.</summary>
    private sealed class BytesComparer<TKey> : IEqualityComparer<TKey>
        where TKey : unmanaged
    {
        internal static readonly BytesComparer<TKey> Instance = new();

        public bool Equals(TKey x, TKey y) => Bytes(ref x).SequenceEqual(Bytes(ref y));

        public int GetHashCode(TKey obj)
        {
            var hash = default(HashCode);
            hash.AddBytes(Bytes(ref obj));
            return hash.ToHashCode();
        }

        private static ReadOnlySpan<byte> Bytes(ref TKey key) =>
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<TKey, byte>(ref key), Unsafe.SizeOf<TKey>());
    }
}
