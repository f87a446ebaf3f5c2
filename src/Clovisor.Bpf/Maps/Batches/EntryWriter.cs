using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps.Batches;

/// <summary>Writes and removes many keys by batch, and goes on key by key where the kernel has no batch for the map's type.</summary>
internal static unsafe class EntryWriter
{
    // A signal ends a batch early. Many in a row without end mean something else.
    private const int InterruptedRetries = 64;

    /// <summary>Whether an answer means that the map's type has no batch. EINVAL may mean more, so the single operation decides.</summary>
    internal static bool IsMissing(int result) => result is -Errno.ENOTSUPP or -Errno.EOPNOTSUPP or -Errno.EINVAL;

    /// <summary>Inserts or replaces. The values lie as far apart as the map's value buffer is long.</summary>
    internal static void Update(BpfMap map, byte* keys, byte* values, int count, ulong elementFlags = 0)
    {
        bool batch = true;
        int interrupted = 0;
        for (int done = 0; done < count;)
        {
            byte* key = keys + ((long)done * map.KeySize);
            byte* value = values + ((long)done * map.ValueBufferSize);
            int result = batch
                ? Call(map, BpfCommand.MapUpdateBatch, key, value, count, ref done, elementFlags)
                : Single(map.Element(BpfCommand.MapUpdateElement, key, value, elementFlags), ref done);
            if (result >= 0 || IsInterrupted(result, ref interrupted))
            {
                continue;
            }

            if (!batch || !IsMissing(result))
            {
                map.Throw($"write {count} entries (the first {done} are written) to", -result);
            }

            batch = false;
        }
    }

    /// <summary>Removes. Returns how many were there.</summary>
    internal static int Remove(BpfMap map, byte* keys, int count)
    {
        bool batch = true;
        int interrupted = 0;
        int removed = 0;
        for (int at = 0; at < count;)
        {
            int before = at;
            byte* key = keys + ((long)at * map.KeySize);
            int result = batch
                ? Call(map, BpfCommand.MapDeleteBatch, key, null, count, ref at, 0)
                : Single(map.Element(BpfCommand.MapDeleteElement, key, null, 0), ref at);
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
                    map.Throw($"remove {count} entries (of the first {at}, {removed} are removed) from", -result);
                }

                batch = false;
            }
        }

        return removed;
    }

    private static bool IsInterrupted(int result, ref int count) =>
        result is -Errno.EINTR or -Errno.EAGAIN && ++count <= InterruptedRetries;

    private static int Call(BpfMap map, BpfCommand command, void* keys, void* values, int total, ref int done, ulong elementFlags)
    {
        uint requested = (uint)(total - done);
        uint count = requested;
        int result = map.Batch(command, null, null, keys, values, ref count, elementFlags);

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
