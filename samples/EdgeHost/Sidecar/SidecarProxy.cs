using System.Net;
using Yarp.ReverseProxy.Forwarder;

namespace Clovisor.EdgeHost.Sidecar;

/// <summary>Forwards one request over the pool of its class.</summary>
internal sealed class SidecarProxy(IHttpForwarder forwarder, UpstreamPools pools, ILogger<SidecarProxy> log)
{
    private const int MaxRounds = 3;
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromSeconds(60), Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    public async Task HandleAsync(HttpContext context, IPEndPoint destination)
    {
        RequestHead head = RequestHead.Of(context);
        var transformer = new HeadForwarder(head, destination);
        for (int round = 1; ; round++)
        {
            UpstreamPool pool = pools.Rent(head, destination);
            try
            {
                ForwarderError error = await forwarder.SendAsync(context, $"http://{destination}", pool.Invoker, Config, transformer).ConfigureAwait(false);
                IForwarderErrorFeature? failure = context.Features.Get<IForwarderErrorFeature>();
                if (error == ForwarderError.None || context.RequestAborted.IsCancellationRequested)
                {
                    return;
                }

                // The connection comes before the body: nothing of this request has been read or sent.
                if (round == MaxRounds || context.Response.HasStarted || !RulesChanged(failure?.Exception))
                {
                    SidecarLog.ForwardingFailed(log, head.Method, head.Target, error.ToString(), failure?.Exception?.Message);
                    return;
                }

                context.Response.Clear();
            }
            finally
            {
                pools.Return(pool);
            }
        }
    }

    private static bool RulesChanged(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is RulesChangedException)
            {
                return true;
            }
        }

        return false;
    }
}
