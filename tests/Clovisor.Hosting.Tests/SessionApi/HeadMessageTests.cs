using System.Text;
using Clovisor.Hosting.SessionApi;

namespace Clovisor.Hosting.Tests.SessionApi;

public sealed class HeadMessageTests
{
    private const string Valid = "4:peer,14:10.60.0.9:4711,3:dst,12:10.96.1.1:80,1:m,3:GET,1:a,7:httpbin,1:p,14:/a%20b?q=1,2:3,6:h.user,4:boss,";

    [Fact]
    public void What_the_filter_writes_is_read()
    {
        HeadMessage message = Read(Valid)!;

        Assert.Equal(
            ("10.60.0.9:4711", "10.96.1.1:80", "GET", "httpbin", "/a%20b?q=1,2:3"),
            (message.Peer!.ToString(), message.Destination!.ToString(), message.Method, message.Authority, message.Path));
        Assert.Equal(["user=boss"], message.Headers.Select(header => $"{header.Name}={header.Value}"));
        Assert.Empty(message.Cut);
    }

    [Fact]
    public void A_cut_value_is_kept_as_far_as_it_goes_and_may_end_inside_a_character()
    {
        byte[] cut = [.. Bytes("3:dst,7:[::1]:8,1:a,1:x,7:h.user~,3:b"), 0xc3, 0xb6, (byte)',', .. Bytes("4:h.x~,2:x"), 0xc3, (byte)','];
        HeadMessage? message = HeadMessage.Read(cut, out ApiError? error);

        Assert.Null(error);
        Assert.Equal(["h.user", "h.x"], message!.Cut);
        Assert.Equal("bö", message.Headers[0].Value);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] whole = Bytes(Valid);
        for (int length = 0; length < whole.Length; length++)
        {
            HeadMessage? message = HeadMessage.Read(whole.AsSpan(0, length), out ApiError? error);

            // Cut between two pairs, and with the two that are needed there, it is a message of its own.
            bool complete = whole[..length] is [.., (byte)','] && Encoding.ASCII.GetString(whole, 0, length) is var text
                && (text.EndsWith("httpbin,", StringComparison.Ordinal) || text.EndsWith("2:3,", StringComparison.Ordinal));
            Assert.True(complete ? message is not null : error is not null, $"after {length} bytes: {error}");
        }
    }

    [Theory]
    [InlineData("", "dst: Missing")]
    [InlineData("3:dst,12:10.96.1.1:80,", "a: Missing")]
    [InlineData("3:dst,12:10.96.1.1:80,3:sni,3:a b,", "sni: 'a b' is no server name")]
    [InlineData("3:dst,12:10.96.1.1:80,3:sni,0:,", "sni: '' is no server name")]
    [InlineData("3:dst,12:10.96.1.1:80,3:sni,1:x,1:a,1:x,", "sni: Beside a request head")]
    [InlineData("3:dst,12:10.96.1.1:80,3:sni,1:x,3:h.a,1:x,", "sni: Beside a request head")]
    [InlineData("3:sni,1:x,", "dst: Missing")]
    [InlineData("x", "a length is needed")]
    [InlineData("03:dst,12:10.96.1.1:80,", "no leading zero")]
    [InlineData("-3:dst,", "a length is needed")]
    [InlineData("9999999999:dst,", "':' is needed")]
    [InlineData("999999:dst,", "longer than 65536 bytes")]
    [InlineData("3:dst;", "',' is needed after 3 bytes")]
    [InlineData("3:dst,12:10.96.1.1:80", "announced, and fewer are there")]
    [InlineData("3:dst,9:10.96.1.1,", "dst: Not address:port")]
    [InlineData("3:dst,11:10.96.1.1:0,", "dst: Not address:port")]
    [InlineData("4:peer,4:none,", "peer: Not address:port")]
    [InlineData("1:a,1:x,1:a,1:y,", "a: Given twice")]
    [InlineData("0:,1:x,", "A key consists of")]
    [InlineData("3:h y,1:x,", "A key consists of")]
    [InlineData("3:h.u,3:a\rb,", "NUL, CR or LF")]
    [InlineData("3:h.u,3:a\nb,", "NUL, CR or LF")]
    [InlineData("3:h.u,3:a\0b,", "NUL, CR or LF")]
    [InlineData("3:h.u,3:a\u00ffb,", "Byte 1 is not UTF-8")]
    public void What_is_no_message_is_refused_with_the_reason(string text, string reason)
    {
        Assert.Null(HeadMessage.Read(Encoding.Latin1.GetBytes(text), out ApiError? error));

        Assert.Contains(reason, $"{error!.Field}: {error.Message}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_fields_are_refused() =>
        Assert.Null(Read(string.Concat(Enumerable.Range(0, 1000).Select(i => $"6:h.{i:0000},1:x,"))));

    [Fact]
    public void Damaged_messages_never_throw()
    {
        Random random = new(20);
        byte[] whole = Bytes(Valid);
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. whole];
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            refused += HeadMessage.Read(damaged, out ApiError? error) is null ? 1 : 0;
            Assert.NotEqual("", error?.Message);
        }

        Assert.InRange(refused, 5_000, 20_000);
    }

    private static HeadMessage? Read(string text) => HeadMessage.Read(Bytes(text), out _);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
