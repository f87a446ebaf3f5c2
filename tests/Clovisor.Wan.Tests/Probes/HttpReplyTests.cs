using System.Net;
using System.Text;
using Clovisor.Wan.Probes;
using CsCheck;

namespace Clovisor.Wan.Tests.Probes;

public sealed class HttpReplyTests
{
    private static readonly ProbeDefinition Plain = new() { Kind = ProbeKind.Http, Targets = [IPAddress.Parse("192.0.2.1")] };

    [Theory]
    [InlineData(null, "HTTP/1.1 200 OK\r\n", null)]
    [InlineData(null, "HTTP/1.0 302 Found\r\n", null)]
    [InlineData(null, "HTTP/1.1 500 Oh\r\n", "answered with status 500, not one from 200 to 399")]
    [InlineData(204, "HTTP/1.1 200 OK\r\n", "answered with status 200, not 204")]
    [InlineData(503, "HTTP/1.1 503 As asked\r\n", null)]
    [InlineData(null, "SSH-2.0-OpenSSH_9.2\r\n", "answered, and not by HTTP/1")]
    [InlineData(null, "HTTP/1.1 2x0 OK\r\n", "answered, and not by HTTP/1")]
    [InlineData(null, "HTTP/1.1", "closed the connection without a response")]
    [InlineData(null, "", "closed the connection without a response")]
    public void Judges_the_status_however_it_is_cut(int? status, string response, string? failure)
    {
        for (int piece = 1; piece <= 20; piece++)
        {
            var reply = new HttpReply(Plain with { Status = status });
            Feed(reply, Encoding.ASCII.GetBytes(response), piece);

            Assert.Equal(failure, reply.Failure);
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nfine: fine\r\n\r\nall is fine here", null)]
    [InlineData("HTTP/1.1 200 OK\r\nfine: fine\r\n\r\nlog in first", "did not send 'fine'")]
    [InlineData("HTTP/1.1 200 OK\r\nfine: fine", "did not send 'fine'")]
    public void Looks_for_the_text_in_the_body_alone(string response, string? failure)
    {
        for (int piece = 1; piece <= 60; piece += 7)
        {
            var reply = new HttpReply(Plain with { Body = "fine" });
            Feed(reply, Encoding.ASCII.GetBytes(response), piece);

            Assert.Equal(failure, reply.Failure);
        }
    }

    [Fact]
    public void Reads_no_more_than_it_needs()
    {
        var reply = new HttpReply(Plain with { Body = "fine" });
        Assert.False(reply.Take("HTTP/1.1 200 OK\r\n\r\n"u8));
        byte[] chunk = new byte[4096];
        int taken = 0;
        while (!reply.Take(chunk))
        {
            taken++;
        }

        Assert.Equal("did not send 'fine' in its first 65536 bytes", reply.Failure);
        Assert.InRange(taken, 15, 16);
    }

    [Fact]
    public void Any_bytes_get_a_verdict_and_no_exception() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[1, 50], Gen.Bool).Sample((bytes, piece, body) =>
        {
            var reply = new HttpReply(body ? Plain with { Body = "x" } : Plain);
            Feed(reply, bytes, piece);
        });

    [Fact]
    public void Asks_for_the_host_and_the_path_that_are_given()
    {
        Assert.StartsWith("GET / HTTP/1.1\r\nHost: [2001:db8::1]\r\n", Encoding.ASCII.GetString(HttpReply.Request(Plain, IPAddress.Parse("2001:db8::1"))), StringComparison.Ordinal);
        Assert.StartsWith(
            "GET /health?x=1 HTTP/1.1\r\nHost: portal.example\r\n",
            Encoding.ASCII.GetString(HttpReply.Request(Plain with { Host = "portal.example", Path = "/health?x=1" }, IPAddress.Parse("192.0.2.1"))),
            StringComparison.Ordinal);
    }

    private static void Feed(HttpReply reply, byte[] response, int piece)
    {
        for (int at = 0; at < response.Length; at += piece)
        {
            if (reply.Take(response.AsSpan(at, Math.Min(piece, response.Length - at))))
            {
                return;
            }
        }

        Assert.True(reply.Take([]));
    }
}
