using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi;

/// <summary>Something that is done to a request or its response. One of the settings is given, as <see cref="Type"/> says.</summary>
public sealed record GatewayRouteFilter
{
    /// <summary>Gets the type as written, such as <c>RequestRedirect</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Gets the header changes of <c>RequestHeaderModifier</c> and <c>ResponseHeaderModifier</c>.</summary>
    public HeaderChanges? Headers { get; init; }

    /// <summary>Gets the redirect.</summary>
    public HttpRedirect? Redirect { get; init; }

    /// <summary>Gets the rewrite. Its <see cref="HttpRewrite.Uri"/> replaces the matched prefix; <c>/</c> takes the prefix away.</summary>
    public HttpRewrite? Rewrite { get; init; }

    /// <summary>Gets where copies go.</summary>
    public BackendReference? Mirror { get; init; }

    /// <summary>Gets the share of requests that are copied, in percent, 0 to 100. The default is all.</summary>
    public double MirrorPercentage { get; init; } = 100;

    /// <summary>Gets the cross-origin policy.</summary>
    public HttpCorsPolicy? Cors { get; init; }
}
