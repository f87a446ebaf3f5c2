using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Maps;

/// <summary>An element that is a map: written by descriptor, read by number.</summary>
internal static unsafe class MapReference
{
    // Between reading the number and opening it somebody may put another map there.
    private const int Attempts = 8;

    internal static bool Set(BpfMap outer, void* key, BpfMap inner, BpfUpdateMode mode)
    {
        using BpfHandle.FdLease lease = inner.Handle.Lease();
        uint descriptor = (uint)lease.Descriptor;
        int result = outer.Element(BpfCommand.MapUpdateElement, key, &descriptor, (ulong)mode);
        return result switch
        {
            -Errno.EINVAL => throw BpfErrors.Create(
                $"put map {inner.Name} into", $"map {outer.Name}", Errno.EINVAL, $"Its type, sizes or flags are not those that the inner maps of {outer.Name} have: {inner}. An array of another length needs the InnerMap flag, on the template as well."),
            -Errno.EEXIST when mode == BpfUpdateMode.NotExisting => false,
            -Errno.ENOENT when mode == BpfUpdateMode.Existing => false,
            _ => Checked(outer, result),
        };
    }

    internal static bool TryGetId(BpfMap outer, void* key, out uint id)
    {
        uint value = 0;
        bool found = outer.Found(outer.Element(BpfCommand.MapLookupElement, key, &value, 0), "look up a map in");
        id = value;
        return found;
    }

    internal static BpfMap? Open(BpfMap outer, void* key)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (!TryGetId(outer, key, out uint id))
            {
                return null;
            }

            if (BpfMap.OpenById(id) is { } inner)
            {
                return inner;
            }
        }

        throw new BpfException("open the inner map of", $"map {outer.Name}", Errno.EAGAIN, "It was replaced each time it was about to be opened.");
    }

    internal static TInner? Open<TInner>(BpfMap outer, void* key)
        where TInner : class, IBpfTypedMap<TInner>
    {
        if (Open(outer, key) is not { } inner)
        {
            return null;
        }

        try
        {
            return TInner.Wrap(inner);
        }
        catch
        {
            inner.Dispose();
            throw;
        }
    }

    private static bool Checked(BpfMap outer, int result)
    {
        outer.Check(result, "put a map into");
        return true;
    }
}
