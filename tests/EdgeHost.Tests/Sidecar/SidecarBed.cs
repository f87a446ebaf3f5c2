using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Clovisor.EdgeHost.Sidecar;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Forwarder;

namespace Clovisor.EdgeHost.Tests.Sidecar;

/// <summary>A real sidecar in front of a real server, both on loopback.</summary>
internal sealed class SidecarBed : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly WebApplication _sidecar;

    private SidecarBed(WebApplication server, WebApplication sidecar, UpstreamPools pools)
    {
        _server = server;
        _sidecar = sidecar;
        Pools = pools;
        Client = new HttpClient { BaseAddress = new Uri(Address(sidecar)) };
    }

    public HttpClient Client { get; }

    public UpstreamPools Pools { get; }

    /// <summary>By the server's connections: the users whose requests came over each.</summary>
    public ConcurrentDictionary<string, ConcurrentDictionary<string, bool>> Connections { get; private init; } = [];

    /// <summary>How many requests the server is still to cut off before it answers.</summary>
    public StrongBox<int> Failures { get; private init; } = new();

    public static async Task<SidecarBed> StartAsync(IConnectionClassifier classifier)
    {
        var connections = new ConcurrentDictionary<string, ConcurrentDictionary<string, bool>>();
        var failures = new StrongBox<int>();
        WebApplication server = Build(_ => { });
        server.Run(async context =>
        {
            connections.GetOrAdd(context.Connection.Id, _ => []).TryAdd(context.Request.Headers["user"].ToString(), true);
            context.Response.Headers["peer-port"] = context.Connection.RemotePort.ToString(CultureInfo.InvariantCulture);
            if (Interlocked.Decrement(ref failures.Value) >= 0)
            {
                context.Abort();
                return;
            }

            using var reader = new StreamReader(context.Request.Body);
            string body = await reader.ReadToEndAsync(context.RequestAborted);
            await context.Response.WriteAsync($"{context.Request.Method} {context.Request.Host} {context.Request.Path}{context.Request.QueryString} {body}", context.RequestAborted);
        });
        await server.StartAsync();

        var upstream = IPEndPoint.Parse(new Uri(Address(server)).Authority);
        var connector = new UpstreamConnector(classifier, TimeSpan.FromSeconds(2), 3, TimeProvider.System, NullLogger.Instance);
        var pools = new UpstreamPools(classifier, connector, new PoolLimits(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60), 100), TimeProvider.System);
        WebApplication sidecar = Build(services => services.AddHttpForwarder());
        var proxy = new SidecarProxy(sidecar.Services.GetRequiredService<IHttpForwarder>(), pools, NullLogger<SidecarProxy>.Instance);
        sidecar.Run(context => proxy.HandleAsync(context, upstream));
        await sidecar.StartAsync();
        return new SidecarBed(server, sidecar, pools) { Connections = connections, Failures = failures };
    }

    public async Task<string> SendAsync(HttpMethod method, string path, string user, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body) };
        request.Headers.Host = "httpbin.example.com";
        request.Headers.Add("user", user);
        using HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return response.IsSuccessStatusCode ? text : $"status {(int)response.StatusCode}";
    }

    public Task StopServerAsync() => _server.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _sidecar.DisposeAsync();
        Pools.Dispose();
        await _server.DisposeAsync();
    }

    private static WebApplication Build(Action<IServiceCollection> configure)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        configure(builder.Services);
        return builder.Build();
    }

    private static string Address(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
}
