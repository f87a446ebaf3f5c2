using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>The batches that the kernel builds out of single operations: those of arrays and tries, and all writing ones.</summary>
internal static unsafe class GenericBatch
{
    internal static int Lookup(SimulatedMap map, ref BatchRequest request)
    {
        uint capacity = request.Count;
        if (capacity == 0)
        {
            return 0;
        }

        int keySize = map.Traits.KeySize;
        Span<byte> previous = new byte[keySize];
        Span<byte> next = new byte[keySize];
        bool first = request.In is null;
        if (!first)
        {
            new ReadOnlySpan<byte>(request.In, keySize).CopyTo(previous);
        }

        int result = 0;
        uint done = 0;
        while (done < capacity)
        {
            result = map.NextKey(first ? default : previous, next);
            if (result < 0)
            {
                break;
            }

            // An element that went meanwhile, or a hole in an array of maps, is passed over.
            int found = map.Lookup(next, request.Value(done, map.ValueBytes));
            if (found is < 0 and not -Errno.ENOENT)
            {
                return found;
            }

            if (found >= 0)
            {
                next.CopyTo(request.Key(done, keySize));
                done++;
            }

            next.CopyTo(previous);
            first = false;
        }

        request.Count = done;
        if (done > 0)
        {
            if (request.Out is null)
            {
                return -Errno.EFAULT;
            }

            previous.CopyTo(new Span<byte>(request.Out, keySize));
        }

        return result;
    }

    internal static int Update(SimulatedMap map, ref BatchRequest request)
    {
        uint capacity = request.Count;
        int result = 0;
        uint done = 0;
        for (; done < capacity; done++)
        {
            result = map.Update(request.Key(done, map.Traits.KeySize), request.Value(done, map.ValueBytes), request.ElementFlags);
            if (result < 0)
            {
                break;
            }
        }

        request.Count = done;
        return result;
    }

    internal static int Delete(SimulatedMap map, ref BatchRequest request)
    {
        uint capacity = request.Count;
        int result = 0;
        uint done = 0;
        for (; done < capacity; done++)
        {
            result = map.Delete(request.Key(done, map.Traits.KeySize));
            if (result < 0)
            {
                break;
            }
        }

        request.Count = done;
        return result;
    }
}
