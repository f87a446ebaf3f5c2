using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Clovisor.EdgeHost.Lab;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Clovisor.EdgeHost.Tests.Telemetry.Otlp;

/// <summary>A collector in a namespace of the lab, which takes OTLP by gRPC and keeps what it got.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Socket _listener;

    private OtlpReceiver(WebApplication app, Socket listener)
    {
        _app = app;
        _listener = listener;
    }

    internal ConcurrentQueue<ResourceSpans> Spans { get; } = [];

    internal ConcurrentQueue<ResourceMetrics> Metrics { get; } = [];

    internal ConcurrentQueue<ResourceLogs> Logs { get; } = [];

    internal static async Task<OtlpReceiver> StartAsync(string space, IPEndPoint at)
    {
        Socket listener = await NamespaceSocket.CreateAsync(space, at.AddressFamily);
        listener.Bind(at);
        listener.Listen();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        OtlpReceiver? receiver = null;
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(_ => receiver!);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenHandle((ulong)listener.Handle, static listen => listen.Protocols = HttpProtocols.Http2));
        WebApplication app = builder.Build();
        receiver = new OtlpReceiver(app, listener);
        app.MapGrpcService<Traces>();
        app.MapGrpcService<Measurements>();
        app.MapGrpcService<Records>();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _listener.Dispose();
    }

    internal sealed class Traces(OtlpReceiver receiver) : TraceService.TraceServiceBase
    {
        public override Task<Accepted> Export(TraceRequest request, ServerCallContext context) => Keep(receiver.Spans, request.ResourceSpans);
    }

    internal sealed class Measurements(OtlpReceiver receiver) : MetricsService.MetricsServiceBase
    {
        public override Task<Accepted> Export(MetricsRequest request, ServerCallContext context) => Keep(receiver.Metrics, request.ResourceMetrics);
    }

    internal sealed class Records(OtlpReceiver receiver) : LogsService.LogsServiceBase
    {
        public override Task<Accepted> Export(LogsRequest request, ServerCallContext context) => Keep(receiver.Logs, request.ResourceLogs);
    }

    private static Task<Accepted> Keep<T>(ConcurrentQueue<T> kept, IEnumerable<T> received)
    {
        foreach (T one in received)
        {
            kept.Enqueue(one);
        }

        return Task.FromResult(new Accepted());
    }
}
