using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Routing;

/// <summary>The request is sent on.</summary>
public sealed record ForwardAction : RouteAction
{
    /// <summary>Gets the destinations; one of them gets the request, by weight.</summary>
    public required ImmutableArray<RouteDestination> Destinations { get; init; }

    /// <summary>Gets the rewrite of the path, or null.</summary>
    public PathRewrite? PathRewrite { get; init; }

    /// <summary>Gets the authority that replaces the request's, or null.</summary>
    public string? Authority { get; init; }

    /// <summary>Gets the timeout; <see cref="TimeSpan.Zero"/> is none, which is also the mesh's default.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>Gets the retry policy, or null for the mesh's default.</summary>
    public HttpRetries? Retries { get; init; }

    /// <summary>Gets the copies that are sent elsewhere.</summary>
    public ImmutableArray<RouteMirror> Mirrors { get; init; } = [];

    /// <summary>Gets the sum of the weights.</summary>
    public ulong TotalWeight
    {
        get
        {
            ulong total = 0;
            foreach (RouteDestination destination in Destinations)
            {
                total += (ulong)destination.Weight;
            }

            return total;
        }
    }
}
