using System.Collections.Immutable;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Resources;

/// <summary>One HTTP rule of a <see cref="VirtualService"/>: when it applies and what it does.</summary>
public sealed record HttpRoute
{
    /// <summary>Gets the rule's name, or an empty string.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the matches; one that holds is enough. Empty: the rule applies to every request.</summary>
    public ImmutableArray<HttpMatch> Match { get; init; } = [];

    /// <summary>Gets the destinations, with weights where there are several.</summary>
    public ImmutableArray<HttpDestination> Route { get; init; } = [];

    /// <summary>Gets the redirect, or null.</summary>
    public HttpRedirect? Redirect { get; init; }

    /// <summary>Gets the answer that the proxy gives itself, or null.</summary>
    public HttpDirectResponse? DirectResponse { get; init; }

    /// <summary>Gets the object that supplies rules in place of this one, or null.</summary>
    public DelegateReference? Delegate { get; init; }

    /// <summary>Gets the rewrite of path or authority, or null.</summary>
    public HttpRewrite? Rewrite { get; init; }

    /// <summary>Gets the request timeout, at least a millisecond; null means none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Gets the retry policy, or null for the mesh's default.</summary>
    public HttpRetries? Retries { get; init; }

    /// <summary>Gets the fault that is injected, or null.</summary>
    public HttpFault? Fault { get; init; }

    /// <summary>Gets the copies that are sent elsewhere: <c>mirror</c> and <c>mirrors</c> together.</summary>
    public ImmutableArray<HttpMirror> Mirrors { get; init; } = [];

    /// <summary>Gets the cross-origin policy, or null.</summary>
    public HttpCorsPolicy? CorsPolicy { get; init; }

    /// <summary>Gets the header changes, or null.</summary>
    public HeaderOperations? Headers { get; init; }

    /// <summary>Gets the line the rule starts at, from 1; 0 when unknown.</summary>
    public int Line { get; init; }

    /// <summary>Gets the rule of a Gateway API route that this one was made from, or null.</summary>
    internal RouteOrigin? Origin { get; init; }
}
