using System.Net;
using Clovisor.EdgeHost.CommandLine;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry.Metrics;

namespace Clovisor.EdgeHost.Telemetry;

/// <summary>Answers <c>GET /metrics</c>, and nothing else, on an address of its own.</summary>
internal sealed class PrometheusServer(IPEndPoint address, MeterProvider meters, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    // A scraper and somebody who looks; more is a mistake or worse.
    private const int MostConnections = 32;

    private WebApplication? _app;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(address, static listen => listen.Protocols = HttpProtocols.Http1);
        });
        _app = builder.Build();
        _app.MapPrometheusScrapingEndpoint("/metrics", meters, configureBranchedPipeline: null, optionsName: null);
        try
        {
            await _app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new EdgeHostException($"cannot serve metrics on {address}", e.Message, "Give --metrics another address, or stop what listens there. Nothing was changed");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;
}
