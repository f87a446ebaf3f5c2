using System.Diagnostics;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using Clovisor.Hosting.SessionApi.Transport;
using Clovisor.Hosting.Startup;
using Clovisor.Hosting.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// Serves the session API on a Kestrel of its own, so that a host of any kind gets it, and a web host keeps its own ports.
/// </summary>
internal sealed partial class SessionApiServer(
    LiveOptions<SessionApiOptions> live,
    SessionEndpoints sessions,
    StreamEndpoint streams,
    ClassEndpoint classes,
    OpenEndpoint opening,
    StatusEndpoints status,
    EventEndpoint events,
    WarmUp warmUp,
    CallerGate gate,
    HealthBoard health,
    ILoggerFactory loggers) : IHostedLifecycleService, IAsyncDisposable
{
    internal const string Part = "session-api";

    private const UnixFileMode OwnMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const UnixFileMode OpenMode = OwnMode | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private const int MostHeaders = 64;
    private const int LargestHead = 16_384;
    private static readonly TimeSpan HeadLimit = TimeSpan.FromSeconds(5);

    // Envoy keeps idle connections for an hour unless told otherwise; a reporter that died must not hold its place for that long.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(10);

    private readonly SessionApiOptions _options = live.Current;
    private readonly ILogger<SessionApiServer> _log = loggers.CreateLogger<SessionApiServer>();
    private WebApplication? _app;
    private IDisposable? _malformed;

    /// <summary>The addresses in use, once started.</summary>
    internal IReadOnlyCollection<string> Addresses => _app is null ? [] : [.. _app.Urls];

    /// <summary>What is mapped, once started.</summary>
    internal IEnumerable<RouteEndpoint> Endpoints => _app is null ? [] : ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    /// <summary>The mode of a socket: open to others where entries decide who may use it.</summary>
    internal static UnixFileMode ModeFor(SessionApiOptions options) => options.Callers.Count > 0 ? OpenMode : OwnMode;

    /// <summary>Before any service starts: a host that could not listen must not have touched the kernel.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        gate.Start();
        if (_options.SocketPath is { Length: > 0 } path)
        {
            ListenAddress.Require(path);
        }

        if (_options.LoopbackPort is { } port and > 0)
        {
            ListenAddress.Require(port);
        }

        return Task.CompletedTask;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        SessionApiOptions settings = _options;

        // The empty builder reads no appsettings.json, no ASPNETCORE_URLS: those belong to the application around us.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, settings));

        // The last that can bind an address does; TCP stays with the server's own.
        builder.Services.AddSingleton<IConnectionListenerFactory, PolledListenerFactory>();
        WebApplication app = builder.Build();
        _malformed = MalformedRequests.Count(app.Services.GetRequiredService<DiagnosticListener>(), gate);
        app.Use(ReportSpan.InvokeAsync);
        app.Use(new CallerFilter(gate).InvokeAsync);
        app.Use(LongWork.InvokeAsync);
        sessions.Map(app);
        streams.Map(app, app.Lifetime.ApplicationStopping);
        classes.Map(app);
        opening.Map(app);
        DocumentEndpoint.Map(app);
        status.Map(app);
        events.Map(app, app.Lifetime.ApplicationStopping);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        _app = app;
        if (settings.SocketPath.Length > 0 && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(settings.SocketPath, ModeFor(settings));
        }

        await warmUp.RunAsync(cancellationToken).ConfigureAwait(false);
        health.Post(Part, HealthLevel.Healthy);
        if (_log.IsEnabled(LogLevel.Information))
        {
            string addresses = string.Join(", ", Addresses);
            LogListening(addresses);
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is { } app)
        {
            await app.StopAsync(cancellationToken).ConfigureAwait(false);
            File.Delete(_options.SocketPath);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync().ConfigureAwait(false);
        }

        _malformed?.Dispose();
    }

    private static void Listen(KestrelServerOptions kestrel, SessionApiOptions settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = settings.MaxBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = settings.MaxConnections;
        kestrel.Limits.MaxRequestHeaderCount = MostHeaders;
        kestrel.Limits.MaxRequestHeadersTotalSize = LargestHead;
        kestrel.Limits.MaxRequestLineSize = LargestHead;
        kestrel.Limits.RequestHeadersTimeout = HeadLimit;
        kestrel.Limits.KeepAliveTimeout = IdleLimit;
        if (settings.SocketPath.Length > 0)
        {
            kestrel.ListenUnixSocket(settings.SocketPath, listen => listen.Protocols = HttpProtocols.Http1);
        }

        if (settings.LoopbackPort is { } port)
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        }
    }

    [LoggerMessage(EventId = 1300, EventName = nameof(LogListening), Level = LogLevel.Information, Message = "Session API listens on {Addresses}")]
    private partial void LogListening(string addresses);
}
