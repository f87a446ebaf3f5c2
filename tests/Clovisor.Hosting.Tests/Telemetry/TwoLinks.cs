using System.Net;
using Clovisor.Hosting.Configuration;
using Clovisor.Testing;

namespace Clovisor.Hosting.Tests.Telemetry;

/// <summary>A host in a namespace with two links, <c>fibre</c> on wan0 and <c>lte</c> on wan1.</summary>
internal sealed class TwoLinks : IDisposable
{
    private readonly NetworkNamespace _edge = new("edge");
    private readonly NetworkNamespace _cloud = new("cloud");
    private readonly ConfigurationFolder _folder = ConfigurationFolder.OfDemo();
    private readonly string _pins = Path.Combine(Path.GetTempPath(), $"clvt-pins-{Guid.NewGuid():N}");

    internal TwoLinks()
    {
        for (int i = 0; i < 2; i++)
        {
            _edge.AddVeth($"wan{i}", _cloud, $"isp{i}");
            _edge.AddAddress($"wan{i}", $"10.9.{i}.1/24");
            _cloud.AddAddress($"isp{i}", $"10.9.{i}.2/24");
        }
    }

    internal static string Report(string user, int port) =>
        $$$"""{"protocol":"tcp","source":"10.9.0.1:{{{port}}}","destination":"10.96.1.1:80","method":"GET","authority":"httpbin.app.svc.cluster.local","path":"/","headers":{"user":"{{{user}}}"}}""";

    /// <summary>Adds a document to the host's configuration.</summary>
    internal void Write(string name, string text) => _folder.Write(name, text);

    /// <summary>Puts the service there, 10.96.1.1:80, which echoes; the node's own routes lead to it by wan0.</summary>
    internal EchoService Serve()
    {
        _cloud.AddAddress("lo", "10.96.1.1/32");
        _edge.Ip("route", "add", "10.96.1.1", "via", "10.9.0.2");
        return _cloud.Run(static () => new EchoService(new IPEndPoint(IPAddress.Parse("10.96.1.1"), 80)));
    }

    /// <summary>Takes the carrier of a link.</summary>
    internal void Cut(int link) => _cloud.Ip("link", "set", $"isp{link}", "down");

    /// <summary>Starts a host in the namespace, of the thread that starts it, and stops it after the test.</summary>
    internal void Run(Func<TestHost, Task> test, Action<SessionApiOptions>? api = null) => _edge.Run(() =>
    {
        TestHost host = TestHost.Build(_folder, _pins, api);
        host.StartAsync().GetAwaiter().GetResult();
        try
        {
            test(host).GetAwaiter().GetResult();
        }
        finally
        {
            host.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    });

    public void Dispose()
    {
        _folder.Dispose();
        _edge.Dispose();
        _cloud.Dispose();
        Assert.False(Directory.Exists(_pins), $"{_pins} was left behind");
    }
}
