using System.Collections.Immutable;
using Clovisor.Istio.Matching;

namespace Clovisor.Istio.Routing;

/// <summary>The routes for a set of domains, in the order in which they are tried.</summary>
public sealed class VirtualHost
{
    private readonly RouteIndex? _index;

    internal VirtualHost(string name, ImmutableArray<string> domains, ImmutableArray<Route> routes, bool requiresTls)
    {
        Name = name;
        Domains = domains;
        Routes = routes;
        RequiresTls = requiresTls;
        _index = RouteIndex.Build(routes);
    }

    /// <summary>Gets the name, such as <c>httpbin.app.svc.cluster.local:80</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the domains.</summary>
    public ImmutableArray<string> Domains { get; }

    /// <summary>Gets the routes; the first that matches is taken.</summary>
    public ImmutableArray<Route> Routes { get; }

    /// <summary>Gets a value indicating whether plain requests are redirected to https.</summary>
    public bool RequiresTls { get; }

    /// <summary>Gets the first route that matches, or null.</summary>
    internal Route? Find(in RequestView request) => _index is null ? FindInOrder(request) : _index.Find(request) is >= 0 and var found ? Routes[found] : null;

    /// <summary>Does the same by trying every route: what the index must agree with.</summary>
    internal Route? FindInOrder(in RequestView request)
    {
        foreach (Route route in Routes)
        {
            if (route.IsMatch(request))
            {
                return route;
            }
        }

        return null;
    }
}
