using System.Buffers.Binary;
using System.Text;

namespace Clovisor.Bpf.Interop.Netlink;

/// <summary>Finds attributes in a message; a damaged list ends early.</summary>
internal static class NetlinkAttributes
{
    private const ushort TypeMask = 0x3FFF;

    internal static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> list, ushort type)
    {
        while (list.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(list);
            if (length < 4 || length > list.Length)
            {
                break;
            }

            if ((BinaryPrimitives.ReadUInt16LittleEndian(list[2..]) & TypeMask) == type)
            {
                return list[4..length];
            }

            list = list[Math.Min((length + 3) & ~3, list.Length)..];
        }

        return default;
    }

    internal static string FindText(ReadOnlySpan<byte> list, ushort type) => Encoding.UTF8.GetString(Find(list, type).TrimEnd((byte)0));

    internal static uint FindNumber(ReadOnlySpan<byte> list, ushort type)
    {
        ReadOnlySpan<byte> found = Find(list, type);
        return found.Length >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(found) : 0;
    }
}
