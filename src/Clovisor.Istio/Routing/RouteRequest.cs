namespace Clovisor.Istio.Routing;

/// <summary>What a route is chosen by: the head of an HTTP request, as it came over the wire.</summary>
/// <remarks>Nothing may be decoded or normalised beforehand: <see cref="System.Uri"/> and parsed paths do both.</remarks>
public readonly record struct RouteRequest
{
    /// <summary>Initializes a new instance of the <see cref="RouteRequest"/> struct: <c>GET /</c> for no authority.</summary>
    public RouteRequest()
    {
    }

    /// <summary>Gets the method, in the case it was sent in. The default is <c>GET</c>.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>Gets the authority: the <c>host</c> header of HTTP/1 with the port if one was sent.</summary>
    public string Authority { get; init; } = "";

    /// <summary>Gets the request target: path and query, undecoded. The default is <c>/</c>.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Gets the scheme, or an empty string to take it from <c>x-forwarded-proto</c>, or else <c>http</c>.</summary>
    public string Scheme { get; init; } = "";

    /// <summary>Gets the claims of the request's verified token, or null without one.</summary>
    public RequestClaims? Claims { get; init; }

    /// <summary>Gets the headers in order; a name may repeat. The memory is read while the request is evaluated and when a decision is asked for details.</summary>
    public ReadOnlyMemory<RouteHeader> Headers { get; init; }
}
