using System.Collections.Immutable;

namespace Clovisor.Istio.Routing;

/// <summary>The routes for a set of domains, in the order in which they are tried.</summary>
public sealed class VirtualHost
{
    internal VirtualHost(string name, ImmutableArray<string> domains, ImmutableArray<Route> routes, bool requiresTls)
    {
        Name = name;
        Domains = domains;
        Routes = routes;
        RequiresTls = requiresTls;
    }

    /// <summary>Gets the name, such as <c>httpbin.app.svc.cluster.local:80</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the domains.</summary>
    public ImmutableArray<string> Domains { get; }

    /// <summary>Gets the routes; the first that matches is taken.</summary>
    public ImmutableArray<Route> Routes { get; }

    /// <summary>Gets a value indicating whether plain requests are redirected to https.</summary>
    public bool RequiresTls { get; }
}
