using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>Writes and removes many keys by batch, and goes on key by key where the kernel has no batch for the map's type.</summary>
internal static unsafe class HashMapBatch
{
    // A signal ends a batch early. Many in a row without end mean something else.
    private const int InterruptedRetries = 64;

    /// <summary>Whether an answer means that the map's type has no batch. EINVAL may mean more, so the single operation decides.</summary>
    internal static bool IsMissing(int result) => result is -Errno.ENOTSUPP or -Errno.EINVAL;

    internal static void Update<TKey, TValue>(BpfMap map, ReadOnlySpan<TKey> keys, ReadOnlySpan<TValue> values)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        bool batch = true;
        int interrupted = 0;
        for (int done = 0; done < keys.Length;)
        {
            int result;
            fixed (TKey* k = keys[done..])
            fixed (TValue* v = values[done..])
            {
                result = batch
                    ? Call(map, BpfCommand.MapUpdateBatch, k, v, keys.Length, ref done)
                    : Single(map.Element(BpfCommand.MapUpdateElement, k, v, 0), ref done);
            }

            if (result >= 0 || IsInterrupted(result, ref interrupted))
            {
                continue;
            }

            if (!batch || !IsMissing(result))
            {
                map.Throw($"write {keys.Length} entries (the first {done} are written) to", -result);
            }

            batch = false;
        }
    }

    internal static int Remove<TKey>(BpfMap map, ReadOnlySpan<TKey> keys)
        where TKey : unmanaged
    {
        bool batch = true;
        int interrupted = 0;
        int removed = 0;
        for (int at = 0; at < keys.Length;)
        {
            int before = at;
            int result;
            fixed (TKey* k = keys[at..])
            {
                result = batch
                    ? Call(map, BpfCommand.MapDeleteBatch, k, null, keys.Length, ref at)
                    : Single(map.Element(BpfCommand.MapDeleteElement, k, null, 0), ref at);
            }

            removed += at - before;
            if (result == -Errno.ENOENT)
            {
                // The batch stops at a key that is not there.
                at++;
            }
            else if (result < 0 && !IsInterrupted(result, ref interrupted))
            {
                if (!batch || !IsMissing(result))
                {
                    map.Throw($"remove {keys.Length} entries (of the first {at}, {removed} are removed) from", -result);
                }

                batch = false;
            }
        }

        return removed;
    }

    private static bool IsInterrupted(int result, ref int count) =>
        result is -Errno.EINTR or -Errno.EAGAIN && ++count <= InterruptedRetries;

    private static int Call(BpfMap map, BpfCommand command, void* keys, void* values, int total, ref int done)
    {
        uint requested = (uint)(total - done);
        uint count = requested;
        int result = map.Batch(command, null, null, keys, values, ref count);

        // A refusal that comes before the first element leaves the count as it was.
        done += result < 0 && count >= requested ? 0 : (int)count;
        return result;
    }

    private static int Single(int result, ref int done)
    {
        if (result >= 0)
        {
            done++;
        }

        return result;
    }
}
