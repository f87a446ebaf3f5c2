using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Wan.Datapath.Layout;

/// <summary>An address as the maps hold it: sixteen bytes in network order, IPv4 mapped. All zero is no address.</summary>
[InlineArray(16)]
internal struct ClvAddress
{
    private byte _first;

    private static ReadOnlySpan<byte> V4Prefix => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

    internal readonly bool IsV4 => ((ReadOnlySpan<byte>)this).StartsWith(V4Prefix);

    internal static ClvAddress From(IPAddress? address)
    {
        ClvAddress result = default;
        if (address?.AddressFamily == AddressFamily.InterNetwork)
        {
            V4Prefix.CopyTo(result);
            _ = address.TryWriteBytes(((Span<byte>)result)[V4Prefix.Length..], out _);
        }
        else
        {
            _ = address?.TryWriteBytes(result, out _);
        }

        return result;
    }

    /// <summary>The four bytes of an IPv4 address as they lie in memory; 0 for none.</summary>
    internal static uint RawV4(IPAddress? address)
    {
        uint raw = 0;
        _ = address?.TryWriteBytes(MemoryMarshal.AsBytes(new Span<uint>(ref raw)), out _);
        return raw;
    }

    /// <summary>The mapped form of those four bytes.</summary>
    internal static ClvAddress FromRawV4(uint raw)
    {
        ClvAddress result = default;
        V4Prefix.CopyTo(result);
        MemoryMarshal.Write(((Span<byte>)result)[V4Prefix.Length..], in raw);
        return result;
    }

    /// <summary>The four bytes of a mapped address.</summary>
    internal readonly uint RawV4() => MemoryMarshal.Read<uint>(((ReadOnlySpan<byte>)this)[V4Prefix.Length..]);

    internal readonly IPAddress ToAddress()
    {
        ReadOnlySpan<byte> bytes = this;
        return new IPAddress(IsV4 ? bytes[V4Prefix.Length..] : bytes);
    }

    internal readonly bool Equals(in ClvAddress other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);
}
