using System.Net;
using System.Net.Sockets;
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

                if (round == MaxRounds || context.Response.HasStarted || !MaySendAgain(context.Request, failure?.Exception))
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

    private static bool IsCutOff(Exception exception) =>
        exception is SocketException { SocketErrorCode: SocketError.ConnectionReset } or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded };

    private static bool MaySendAgain(HttpRequest request, Exception? exception)
    {
        // A link that is given up resets the connections on it. What only asks may be asked again, on another connection.
        bool onlyAsks = (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            && request.ContentLength is null or 0 && request.Headers.TransferEncoding.Count == 0;
        for (; exception is not null; exception = exception.InnerException)
        {
            // The connection comes before the body: nothing of the request has been read or sent yet.
            if (exception is RulesChangedException)
            {
                return true;
            }

            if (onlyAsks && IsCutOff(exception))
            {
                return true;
            }
        }

        return false;
    }
}
