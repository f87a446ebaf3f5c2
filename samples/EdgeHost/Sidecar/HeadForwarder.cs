using System.Net;
using Yarp.ReverseProxy.Forwarder;

namespace Clovisor.EdgeHost.Sidecar;

/// <summary>Sends a request upstream as it came, host and path untouched, with its head at hand for whoever makes the connection.</summary>
internal sealed class HeadForwarder(RequestHead head, IPEndPoint destination) : HttpTransformer
{
    private static readonly HttpRequestOptionsKey<RequestHead> HeadKey = new("clovisor.head");

    public static RequestHead HeadOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(HeadKey, out RequestHead? head) ? head : throw new InvalidOperationException("the request was not sent by this forwarder");

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
        proxyRequest.RequestUri = new Uri($"http://{destination}{head.Target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        proxyRequest.Headers.Host = head.Authority;
        proxyRequest.Options.Set(HeadKey, head);
    }
}
