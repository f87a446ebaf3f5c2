using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.SessionApi;
using Clovisor.Hosting.Startup;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Clovisor.Hosting.AccessLog;

/// <summary>Serves Envoy's access log (gRPC) on a unix socket of its own, since a socket without TLS cannot speak HTTP/1.1 and HTTP/2. Does nothing where no path is set.</summary>
internal sealed partial class AccessLogServer(LiveOptions<SessionApiOptions> live, AccessLogEndpoint endpoint, CallerGate gate, TimeProvider time, ILoggerFactory loggers) : IHostedLifecycleService, IAsyncDisposable
{
    // One entry is some hundred bytes. Beyond a stream's window Envoy drops entries, and never keeps a request waiting.
    private const int LargestMessage = 262_144;
    private const int Window = 131_072;

    private static readonly TimeSpan StopLimit = TimeSpan.FromMilliseconds(500);

    private readonly SessionApiOptions _options = live.Current;
    private readonly ILogger<AccessLogServer> _log = loggers.CreateLogger<AccessLogServer>();
    private WebApplication? _app;

    /// <summary>Before any service starts: a host that could not listen must not have touched the kernel.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (_options.AccessLogSocketPath is { } path)
        {
            ListenAddress.Require(path);
        }

        return Task.CompletedTask;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.AccessLogSocketPath is not { } path)
        {
            return;
        }

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(endpoint);
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = LargestMessage);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, path));
        WebApplication app = builder.Build();
        app.Use(new StreamFilter(gate, live).InvokeAsync);
        app.MapGrpcService<AccessLogEndpoint>();
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        _app = app;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, SessionApiServer.ModeFor(_options));
        }

        LogListening(path);
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is { } app)
        {
            // Proxies never end a log by themselves, and what they still send is of no use: their connections are not waited for.
            endpoint.End();
            using CancellationTokenSource limit = new(StopLimit, time);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await app.StopAsync(either.Token).ConfigureAwait(false);
            File.Delete(_options.AccessLogSocketPath!);
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Listen(KestrelServerOptions kestrel, string path)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = _options.MaxConnections;

        // A log has no end, and nothing to say for hours where there are no requests.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.Http2.InitialStreamWindowSize = Window;
        kestrel.Limits.Http2.InitialConnectionWindowSize = 2 * Window;
        kestrel.ListenUnixSocket(path, listen => listen.Protocols = HttpProtocols.Http2);
    }

    [LoggerMessage(EventId = 1305, EventName = nameof(LogListening), Level = LogLevel.Information, Message = "Access log service listens on {Path}")]
    private partial void LogListening(string path);
}
