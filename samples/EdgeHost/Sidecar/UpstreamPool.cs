using System.Net;

namespace Clovisor.EdgeHost.Sidecar;

/// <summary>The connections of one class of requests.</summary>
internal sealed class UpstreamPool : IDisposable
{
    public UpstreamPool(IPEndPoint destination, RuleGeneration generation, UpstreamConnector connector, PoolLimits limits)
    {
        Generation = generation;
        Invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = limits.IdleTimeout,
            PooledConnectionLifetime = limits.ConnectionLifetime,
            ConnectCallback = (context, cancellationToken) =>
                connector.ConnectAsync(destination, HeadForwarder.HeadOf(context.InitialRequestMessage), generation, cancellationToken),
        });
    }

    public RuleGeneration Generation { get; }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Requests under way. Guarded by the owner's lock.</summary>
    public int Active { get; set; }

    /// <summary>When the last request ended. Guarded by the owner's lock.</summary>
    public long IdleSince { get; set; }

    public void Dispose() => Invoker.Dispose();
}
