using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>The bare answers of element commands: 0 or minus errno, which the library above turns into booleans and exceptions.</summary>
internal static unsafe class RawMap
{
    internal static int Lookup(BpfMap map, byte[]? key, byte[] value, ulong flags = 0) => Element(map, BpfCommand.MapLookupElement, key, value, flags);

    internal static int Update(BpfMap map, byte[]? key, byte[] value, ulong flags = 0) => Element(map, BpfCommand.MapUpdateElement, key, value, flags);

    internal static int Delete(BpfMap map, byte[]? key) => Element(map, BpfCommand.MapDeleteElement, key, null, 0);

    internal static int NextKey(BpfMap map, byte[]? key, byte[] next) => Element(map, BpfCommand.MapGetNextKey, key, next, 0);

    internal static int Take(BpfMap map, byte[]? key, byte[] value, ulong flags = 0) =>
        Element(map, BpfCommand.MapLookupAndDeleteElement, key, value, flags);

    internal static int Element(BpfMap map, BpfCommand command, byte[]? key, byte[]? value, ulong flags)
    {
        fixed (byte* k = key, v = value)
        {
            return map.Element(command, k, v, flags);
        }
    }

    internal static int Batch(BpfMap map, BpfCommand command, byte[]? inCursor, byte[]? outCursor, byte[]? keys, byte[]? values, ref uint count)
    {
        fixed (byte* i = inCursor, o = outCursor, k = keys, v = values)
        {
            return map.Batch(command, i, o, k, v, ref count);
        }
    }

    /// <summary>Creates a map. Gives the error number instead of throwing.</summary>
    internal static int Create(
        BpfMapType type, int keySize, int valueSize, uint maxEntries, BpfMapOptions flags, out BpfMap? map)
    {
        map = null;
        try
        {
            map = BpfMap.Create(type, "clvt", keySize, valueSize, maxEntries, flags);
            return 0;
        }
        catch (BpfException e)
        {
            return -e.Errno;
        }
    }

    /// <summary>All keys of 4 bytes, in the kernel's order.</summary>
    internal static List<uint> Keys(BpfMap map)
    {
        List<uint> keys = [];
        byte[] next = new byte[4];
        byte[]? key = null;
        while (keys.Count < 100_000 && NextKey(map, key, next) == 0)
        {
            keys.Add(BitConverter.ToUInt32(next));
            key = [.. next];
        }

        return keys;
    }

    /// <summary>A key or a value of a number.</summary>
    internal static byte[] Bytes(ulong number, int size)
    {
        byte[] bytes = new byte[size];
        BitConverter.GetBytes(number).AsSpan(0, Math.Min(size, 8)).CopyTo(bytes);
        return bytes;
    }
}
