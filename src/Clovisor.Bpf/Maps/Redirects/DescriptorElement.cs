using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Maps.Redirects;

/// <summary>An element that is a socket, written by descriptor. The value has 4 or 8 bytes.</summary>
internal static unsafe class DescriptorElement
{
    internal static bool SetSocket(BpfMap map, void* key, SafeHandle socket, BpfUpdateMode mode, string demand)
    {
        using var lease = new ForeignLease(socket);
        ulong descriptor = (uint)lease.Descriptor;
        int result = map.Element(BpfCommand.MapUpdateElement, key, &descriptor, (ulong)mode);
        return result switch
        {
            >= 0 => true,
            -Errno.EEXIST when mode == BpfUpdateMode.NotExisting => false,
            -Errno.ENOENT when mode == BpfUpdateMode.Existing => false,
            -Errno.E2BIG => map.Found(result, "update"),
            _ => throw BpfErrors.Create("put a socket into", $"map {map.Name}", -result, demand),
        };
    }

    internal static bool TryGetCookie(BpfMap map, void* key, out ulong cookie)
    {
        if (map.ValueSize != sizeof(ulong))
        {
            throw new InvalidOperationException($"Map {map.Name} has values of {map.ValueSize} bytes, which take sockets but do not give their cookies; declare values of 8 bytes.");
        }

        ulong value = 0;
        bool found = map.Found(map.Element(BpfCommand.MapLookupElement, key, &value, 0), "look up a socket in");
        cookie = value;
        return found;
    }

    internal static uint Index(BpfMap map, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, map.MaxEntries, nameof(index));
        return (uint)index;
    }
}
