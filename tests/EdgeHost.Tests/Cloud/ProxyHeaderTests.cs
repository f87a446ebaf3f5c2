using System.IO.Pipelines;
using System.Net;
using System.Text;
using Clovisor.EdgeHost.Cloud;

namespace Clovisor.EdgeHost.Tests.Cloud;

/// <summary>The line by which a gateway says whom it passes on.</summary>
public sealed class ProxyHeaderTests
{
    [Theory]
    [InlineData("PROXY TCP4 10.9.0.1 10.96.1.1 41000 15443\r\n", "10.9.0.1:41000", "10.96.1.1:15443")]
    [InlineData("PROXY TCP6 fd00::1 fd00::2 1 65535\r\n", "[fd00::1]:1", "[fd00::2]:65535")]
    public async Task Both_ends_are_read_and_what_follows_is_left(string line, string source, string destination)
    {
        Pipe pipe = new();
        foreach (byte one in Encoding.ASCII.GetBytes(line + "rest"))
        {
            await pipe.Writer.WriteAsync(new[] { one }, TestContext.Current.CancellationToken);
        }

        (IPEndPoint Source, IPEndPoint Destination)? ends = await ProxyHeader.ReadAsync(pipe.Reader, TestContext.Current.CancellationToken);

        Assert.Equal((IPEndPoint.Parse(source), IPEndPoint.Parse(destination)), ends);
        ReadResult rest = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal("rest", Encoding.ASCII.GetString(rest.Buffer.FirstSpan));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PROXY UNKNOWN\r\n")]
    [InlineData("PROXY TCP4 10.9.0.1 10.96.1.1 41000 70000\r\n")]
    [InlineData("PROXY TCP4 nobody 10.96.1.1 41000 15443\r\n")]
    [InlineData("PROXY TCP4 10.9.0.1 10.96.1.1")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n")]
    public async Task Anything_else_is_none(string text)
    {
        Pipe pipe = new();
        await pipe.Writer.WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);
        await pipe.Writer.CompleteAsync();

        Assert.Null(await ProxyHeader.ReadAsync(pipe.Reader, TestContext.Current.CancellationToken));
    }
}
