using System.Buffers;
using System.Runtime.CompilerServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>Batch access to neighbouring array elements; what could not be done in batch is left to the caller, element by element.</summary>
internal static unsafe class ArrayBatch
{
    private const int KeysPerCall = 1024;

    /// <summary>Writes from the start. Returns how many were written; fewer than all means that the kernel has no batch here.</summary>
    internal static int Write<TValue>(BpfMap map, int start, ReadOnlySpan<TValue> values)
        where TValue : unmanaged
    {
        if (values.Length < 2)
        {
            return 0;
        }

        uint[] keys = ArrayPool<uint>.Shared.Rent(KeysPerCall);
        try
        {
            int done = 0;
            while (done < values.Length)
            {
                uint count = (uint)Math.Min(KeysPerCall, values.Length - done);
                for (int i = 0; i < count; i++)
                {
                    keys[i] = (uint)(start + done + i);
                }

                fixed (uint* k = keys)
                fixed (TValue* v = values[done..])
                {
                    int result = map.Batch(BpfCommand.MapUpdateBatch, null, null, k, v, ref count);
                    if (result < 0)
                    {
                        return done;
                    }
                }

                done += (int)count;
            }

            return done;
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(keys);
        }
    }

    /// <summary>Reads from the start. The cursor of an array is its last key, so a range can begin anywhere.</summary>
    internal static int Read<TValue>(BpfMap map, int start, Span<TValue> values)
        where TValue : unmanaged
    {
        if (values.Length < 2)
        {
            return 0;
        }

        uint[] keys = ArrayPool<uint>.Shared.Rent(KeysPerCall);
        try
        {
            int done = 0;
            while (done < values.Length)
            {
                uint count = (uint)Math.Min(KeysPerCall, values.Length - done);
                uint cursor = (uint)(start + done - 1);
                uint next;
                fixed (uint* k = keys)
                fixed (TValue* v = values[done..])
                {
                    // ENOENT comes with the last batch, whose data are valid.
                    int result = map.Batch(BpfCommand.MapLookupBatch, start + done == 0 ? null : &cursor, &next, k, v, ref count);
                    if ((result < 0 && result != -Errno.ENOENT) || count == 0 || keys[0] != (uint)(start + done))
                    {
                        return done;
                    }
                }

                done += (int)count;
            }

            return done;
        }
        finally
        {
            ArrayPool<uint>.Shared.Return(keys);
        }
    }
}
