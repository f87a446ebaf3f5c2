using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Model.Packets;

/// <summary>Numbers and addresses in a frame.</summary>
internal static class Bytes
{
    internal static ushort Number(ReadOnlySpan<byte> frame, int at) => BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);

    internal static void Put(Span<byte> frame, int at, int value) => BinaryPrimitives.WriteUInt16BigEndian(frame[at..], (ushort)value);

    internal static void PutLong(Span<byte> frame, int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(frame[at..], value);

    /// <summary>Two bytes as they lie, which is how the maps hold ports.</summary>
    internal static ushort Raw(ReadOnlySpan<byte> frame, int at) => MemoryMarshal.Read<ushort>(frame[at..]);

    internal static ushort RawPort(int port) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness((ushort)port) : (ushort)port;

    internal static int Port(ushort raw) => RawPort(raw);

    internal static ReadOnlySpan<byte> OfPort(in ushort raw) => MemoryMarshal.AsBytes(new ReadOnlySpan<ushort>(in raw));

    /// <summary>An address of four or sixteen bytes as the maps hold it.</summary>
    internal static ClvAddress Address(ReadOnlySpan<byte> bytes)
    {
        ClvAddress address = default;
        Span<byte> all = address;
        if (bytes.Length == 4)
        {
            all[10] = 0xff;
            all[11] = 0xff;
        }

        bytes.CopyTo(all[(16 - bytes.Length)..]);
        return address;
    }

    /// <summary>The address as it lies in a packet of a family.</summary>
    internal static byte[] Wire(in ClvAddress address, bool v6) => ((ReadOnlySpan<byte>)address)[(v6 ? 0 : 12)..].ToArray();
}
