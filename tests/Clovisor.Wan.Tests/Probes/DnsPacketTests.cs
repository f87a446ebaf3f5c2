using Clovisor.Wan.Probes;
using CsCheck;

namespace Clovisor.Wan.Tests.Probes;

public sealed class DnsPacketTests
{
    [Fact]
    public void Asks_for_name_servers()
    {
        Assert.Equal(
            [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, .. "example"u8, 3, .. "org"u8, 0, 0, 2, 0, 1],
            Query("example.org"));
        Assert.Equal([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1], Query("."));
        Assert.Equal(Query("example.org"), Query("example.org."));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(3, null)]
    [InlineData(2, "answered with SERVFAIL")]
    [InlineData(5, "answered with REFUSED")]
    [InlineData(4, "answered with code 4")]
    public void Judges_the_code_of_the_response(byte code, string? failure)
    {
        byte[] response = Response(code);

        Assert.True(DnsPacket.TryRead(response, Query("example.org"), out string? found));
        Assert.Equal(failure, found);
        Assert.True(DnsPacket.TryRead([.. response, 1, 2, 3], Query("EXAMPLE.org"), out _));
    }

    [Fact]
    public void Takes_nothing_but_the_response_to_the_query()
    {
        Assert.False(DnsPacket.TryRead(Query("example.org"), Query("example.org"), out _));
        Assert.False(DnsPacket.TryRead(Response(0), Query("example.com"), out _));
        byte[] other = Response(0);
        other[1]++;
        Assert.False(DnsPacket.TryRead(other, Query("example.org"), out _));
        Assert.False(DnsPacket.TryRead(Response(0).AsSpan(0, 20), Query("example.org"), out _));
    }

    [Fact]
    public void Any_bytes_are_no_response_and_no_exception() =>
        Gen.Byte.Array[0, 100].Sample(bytes => DnsPacket.TryRead(bytes, Query("example.org"), out _) ? throw new InvalidOperationException("forged") : true);

    private static byte[] Query(string name)
    {
        byte[] packet = new byte[DnsPacket.MaxLength];
        return packet[..DnsPacket.Write(packet, 0x1234, name)];
    }

    private static byte[] Response(byte code)
    {
        byte[] response = Query("example.org");
        response[2] |= 0x80;
        response[3] = (byte)(0x80 | code);
        return response;
    }
}
