using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi;

/// <summary>One rule of a <see cref="GatewayApiRoute"/>.</summary>
public sealed record GatewayRouteRule
{
    /// <summary>Gets the name, or an empty string.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the matches; one that holds is enough. A rule for HTTP without any has one for the prefix <c>/</c>.</summary>
    public ImmutableArray<GatewayRouteMatch> Matches { get; init; } = [];

    /// <summary>Gets what is done to requests besides forwarding.</summary>
    public ImmutableArray<GatewayRouteFilter> Filters { get; init; } = [];

    /// <summary>Gets where requests or connections go.</summary>
    public ImmutableArray<BackendReference> Backends { get; init; } = [];

    /// <summary>Gets the timeout of the whole request, or null; zero switches it off.</summary>
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>Gets the timeout of one attempt, or null; zero switches it off.</summary>
    public TimeSpan? BackendTimeout { get; init; }

    /// <summary>Gets the retry policy, or null.</summary>
    public HttpRetries? Retry { get; init; }

    /// <summary>Gets the line the rule starts at, from 1; 0 when unknown.</summary>
    public int Line { get; init; }
}
