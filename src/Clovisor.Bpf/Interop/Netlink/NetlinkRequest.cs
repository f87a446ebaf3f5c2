using System.Buffers.Binary;
using System.Text;

namespace Clovisor.Bpf.Interop.Netlink;

/// <summary>Builds one route netlink request: header, <c>struct tcmsg</c> or <c>struct ifinfomsg</c>, attributes. Host byte order, little endian.</summary>
internal ref struct NetlinkRequest
{
    internal const int HeaderSize = 16;
    internal const int TrafficMessageSize = 20;

    /// <summary>Where the attributes of a message about a device begin.</summary>
    internal const int DeviceAttributes = HeaderSize + 16;

    private readonly Span<byte> _buffer;
    private int _length;

    internal NetlinkRequest(
        Span<byte> buffer, ushort type, ushort flags, int interfaceIndex, uint handle, uint parent, uint info)
    {
        _buffer = buffer;
        _buffer.Clear();
        _length = HeaderSize + TrafficMessageSize;
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[6..], flags);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[20..], interfaceIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[24..], handle);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[28..], parent);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[32..], info);
    }

    private NetlinkRequest(Span<byte> buffer, ushort type, ushort flags, int interfaceIndex)
    {
        _buffer = buffer;
        _buffer.Clear();
        _length = DeviceAttributes;
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[4..], type);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[6..], flags);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[20..], interfaceIndex);
    }

    /// <summary>A request about a device: header and <c>struct ifinfomsg</c>.</summary>
    internal static NetlinkRequest ForDevice(Span<byte> buffer, ushort type, ushort flags, int interfaceIndex) => new(buffer, type, flags, interfaceIndex);

    internal void Add(ushort type, uint value)
    {
        Span<byte> payload = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(payload, value);
        Add(type, payload);
    }

    internal void Add(ushort type, string text)
    {
        Span<byte> payload = stackalloc byte[Encoding.UTF8.GetByteCount(text) + 1];
        payload[^1] = 0;
        Encoding.UTF8.GetBytes(text, payload);
        Add(type, payload);
    }

    /// <summary>Opens a nested attribute; give the answer to <see cref="EndNest"/>.</summary>
    internal int BeginNest(ushort type)
    {
        int start = _length;
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[(start + 2)..], type);
        _length += 4;
        return start;
    }

    internal readonly void EndNest(int start) =>
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[start..], (ushort)(_length - start));

    internal readonly ReadOnlySpan<byte> Finish(uint sequence)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer, _length);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer[8..], sequence);
        return _buffer[.._length];
    }

    private void Add(ushort type, scoped ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[_length..], (ushort)(4 + payload.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[(_length + 2)..], type);
        payload.CopyTo(_buffer[(_length + 4)..]);
        _length += (4 + payload.Length + 3) & ~3;
    }
}
