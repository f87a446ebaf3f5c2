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

    /// <summary>A key or a value of a number.</summary>
    internal static byte[] Bytes(ulong number, int size)
    {
        byte[] bytes = new byte[size];
        BitConverter.GetBytes(number).AsSpan(0, Math.Min(size, 8)).CopyTo(bytes);
        return bytes;
    }
}
