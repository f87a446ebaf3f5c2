using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Clovisor.Hosting.Envoy;
using Clovisor.Hosting.Sessions;
using Clovisor.Wan.Associations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.Tests.Envoy;

/// <summary>The real Envoy asks the real session API; the server sees which source ports the requests of a user come from.</summary>
public sealed class ReportModeTests : IDisposable
{
    private const int Requests = 3000;
    private const string Authority = "httpbin.app.svc.cluster.local";

    private static readonly ImmutableArray<EnvoyClass> Classes =
        [new("boss", 46, new PortRange(40_000, 40_999)), new("minion", 10, new PortRange(41_000, 41_999))];

    private readonly ConfigurationFolder _folder = ConfigurationFolder.OfDemo();

    [Fact]
    public async Task The_report_decides_and_the_tag_carries_whatever_clients_claim()
    {
        ConcurrentBag<(int Port, string User, bool Leaked)> seen = [];
        await using WebApplication server = await ServerAsync(seen);
        TestHost agent = await TestHost.StartAsync(_folder);
        IPEndPoint listen = RealEnvoy.FreeEndPoint();
        EnvoySettings settings = Settings(listen, PortOf(server));
        await using RealEnvoy envoy = await RealEnvoy.StartAsync(_folder.Path, EnvoyConfiguration.Render(EnvoyMode.Report, EnvoyRules.Of(agent.Snapshots.Current!, 80) with { Classes = Classes }, settings), listen);
        using HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 24 }) { BaseAddress = new Uri($"http://{listen}") };

        Assert.Equal(Requests, await SendAsync(client, Requests, seed: 1));

        Assert.Equal(Requests, seen.Count);
        Assert.DoesNotContain(seen, request => request.Leaked);
        int wrong = seen.Count(request => request.User != UserOf(request.Port));
        Assert.True(wrong == 0, $"{wrong} of {Requests} requests on another class's connections; {agent.Get<SessionRegistry>().Reports} reports. Envoy says: {await File.ReadAllTextAsync(Path.Combine(_folder.Path, "envoy.log"), TestContext.Current.CancellationToken)}");
        Assert.Equal(3, seen.Select(request => request.User).Distinct().Count());

        // Equal fields are asked once a worker and generation, not once a request.
        Assert.InRange(agent.Get<SessionRegistry>().Reports, 3, Requests / 10);

        await agent.DisposeAsync();
        seen.Clear();
        await Task.Delay(settings.RememberFor * 2, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(300, await SendAsync(client, 300, seed: 2));
        Assert.All(seen, request => Assert.Equal("other", UserOf(request.Port)));
    }

    public void Dispose() => _folder.Dispose();

    private EnvoySettings Settings(IPEndPoint listen, int upstream) => new()
    {
        Listen = listen,
        Upstream = new IPEndPoint(IPAddress.Loopback, upstream),
        AgentSocket = Path.Combine(_folder.Path, "api.sock"),
        Timeout = TimeSpan.FromSeconds(1),
        RememberFor = TimeSpan.FromMilliseconds(500),
    };

    private static string UserOf(int port) => port switch
    {
        >= 40_000 and <= 40_999 => "boss",
        >= 41_000 and <= 41_999 => "minion",
        >= 42_000 and <= 60_999 => "other",
        _ => "none",
    };

    /// <returns>How many were answered 200.</returns>
    private static async Task<int> SendAsync(HttpClient client, int count, int seed)
    {
        int good = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 24 }, async (i, cancellation) =>
        {
            Random random = new((seed * count) + i);
            using HttpRequestMessage request = new(HttpMethod.Get, "/anything");
            request.Headers.Host = Authority;
            request.Headers.Add("user", ((string[])["boss", "minion", "other"])[random.Next(3)]);
            if (random.Next(5) == 0)
            {
                request.Headers.Add("x-clv-class", random.Next(2) == 0 ? "boss" : "minion");
            }

            using HttpResponseMessage answer = await client.SendAsync(request, cancellation);
            Interlocked.Add(ref good, answer.StatusCode == HttpStatusCode.OK ? 1 : 0);
        });
        return good;
    }

    private static async Task<WebApplication> ServerAsync(ConcurrentBag<(int, string, bool)> seen)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication server = builder.Build();
        server.Run(context =>
        {
            seen.Add((context.Connection.RemotePort, context.Request.Headers["user"].ToString(), context.Request.Headers.ContainsKey("x-clv-class")));
            return Task.CompletedTask;
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    private static int PortOf(WebApplication server) => new Uri(server.Urls.Single()).Port;
}
