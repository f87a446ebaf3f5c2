using System.Runtime.InteropServices;
using System.Text;

namespace Clovisor.Bpf.Tests.Btf;

/// <summary>BTF written by hand, for what no compiler writes.</summary>
internal static class BtfBytes
{
    /// <summary>Header, type words, strings. Names are offsets into the strings, the first of which is empty.</summary>
    internal static byte[] Of(ReadOnlySpan<uint> types, string strings, uint nameOffset = 0)
    {
        uint size = (uint)types.Length * sizeof(uint);
        uint[] header = [0x0001EB9F, 24, nameOffset, size, size, (uint)strings.Length];
        return [.. MemoryMarshal.AsBytes<uint>(header), .. MemoryMarshal.AsBytes(types), .. Encoding.UTF8.GetBytes(strings)];
    }
}
