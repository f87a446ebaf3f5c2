using System.Collections.Immutable;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Istio;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Wan.Configuration;

namespace Clovisor.Hosting.Envoy;

/// <summary>What Envoy must know of the rules: the classes, which requests belong to which, and which parts of a request decide. Immutable.</summary>
public sealed record EnvoyRules
{
    /// <summary>The classes. Requests of an association that is not among them go unclassified.</summary>
    public ImmutableArray<EnvoyClass> Classes { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>What the loaded rules look at; no more than that is reported.</summary>
    public RequestFields Fields { get; init; } = new();

    /// <summary>The routes by host; what tag mode and manifests are made from.</summary>
    public ImmutableArray<EnvoyVirtualHost> Hosts { get; init => field = value.IsDefault ? [] : value; } = [];

    internal IstioConfiguration Mesh { get; private init; } = IstioConfiguration.Empty;

    /// <summary>Gets the rules of the snapshot in force for one table.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="port">At a sidecar the destination's port, at a gateway the listener's.</param>
    /// <returns>The rules; without hosts when the proxy has no table for plain HTTP on the port.</returns>
    public static EnvoyRules Of(ClovisorSnapshot snapshot, int port)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ImmutableArray<EnvoyClass> classes = EnvoyClass.Of(snapshot.Wan);
        return new EnvoyRules
        {
            Classes = classes,
            Fields = snapshot.Fields,
            Mesh = snapshot.Istio,
            Hosts =
            [
                .. snapshot.FindTable(port)?.VirtualHosts.Select(host => new EnvoyVirtualHost(host.Name, host.Domains, [.. host.Routes.Select(route => RouteOf(snapshot, classes, route))])) ?? [],
            ],
        };
    }

    /// <summary>Gets the rules of a configuration that no host has in force.</summary>
    /// <param name="mesh">The mesh's objects, read without errors.</param>
    /// <param name="wan">Links and associations.</param>
    /// <param name="proxy">The proxy.</param>
    /// <param name="port">At a sidecar the destination's port, at a gateway the listener's.</param>
    public static EnvoyRules Of(IstioConfiguration mesh, WanConfiguration wan, IstioProxy proxy, int port)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(wan);
        ArgumentNullException.ThrowIfNull(proxy);
        return Of(new ClovisorSnapshot(0, mesh, wan, proxy), port);
    }

    private static EnvoyRoute RouteOf(ClovisorSnapshot snapshot, ImmutableArray<EnvoyClass> classes, Route route)
    {
        string? association = RequestClassifier.Find(snapshot, route).Association;
        (HttpMatch? match, string? obstacle) = MatchOf(snapshot, route);
        return new EnvoyRoute
        {
            Source = route,
            Match = match,
            Class = classes.FirstOrDefault(@class => @class.Name == association),
            Obstacle = obstacle,
        };
    }

    private static (HttpMatch? Match, string? Obstacle) MatchOf(ClovisorSnapshot snapshot, Route route)
    {
        if (route.VirtualService is not { } key)
        {
            return (null, null);
        }

        if (route.Origin is not null)
        {
            return (null, $"{key}, rule {route.RuleIndex}, is made from a route of the Gateway API");
        }

        if (route.Delegate is { } leaf)
        {
            return (null, $"{key}, rule {route.RuleIndex}, is delegated to {leaf}");
        }

        if (snapshot.Rules.Service(key) is not { } service || route.RuleIndex < 0 || route.RuleIndex >= service.Http.Length)
        {
            return (null, $"{key}, rule {route.RuleIndex}, is no rule of a VirtualService");
        }

        HttpMatch? match = route.MatchIndex < 0 ? null : service.Http[route.RuleIndex].Match[route.MatchIndex];
        return (match, match is null ? null : RouteMatchYaml.Obstacle(match) is { } reason ? $"{key}, rule {route.RuleIndex}, match {route.MatchIndex}, {reason}" : null);
    }
}
