using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Routing;

/// <summary>The changes that EnvoyFilters make to a table, with the filters they are from.</summary>
internal sealed class RoutePatches(ImmutableArray<(ObjectKey Filter, EnvoyFilterPatch Patch)> patches) : IEquatable<RoutePatches>
{
    public static RoutePatches None { get; } = new([]);

    public ImmutableArray<ObjectKey> Filters { get; } = [.. patches.Select(static p => p.Filter).Distinct()];

    private ImmutableArray<(ObjectKey Filter, EnvoyFilterPatch Patch)> Patches { get; } = patches;

    /// <summary>Finds those that apply to a table of a proxy.</summary>
    public static RoutePatches For(IstioConfiguration configuration, IstioProxy proxy, string table, int port, IReadOnlyCollection<string> gateways)
    {
        string context = proxy.Kind switch { ProxyKind.Gateway => "GATEWAY", ProxyKind.Waypoint => "WAYPOINT", _ => "SIDECAR_OUTBOUND" };
        ImmutableArray<(ObjectKey, EnvoyFilterPatch)> found = [.. configuration.EnvoyFilters
            .Where(f => (f.Namespace == proxy.Namespace || f.Namespace == configuration.Mesh.RootNamespace) && proxy.HasLabels(f.WorkloadSelector))
            .SelectMany(static f => f.RoutePatches.Select(p => (f.Key, p)))
            .Where(p => (p.p.Context == "ANY" || p.p.Context == context) && (p.p.Port == 0 || p.p.Port == port) && (p.p.Table.Length == 0 || p.p.Table == table) &&
                (p.p.Gateway.Length == 0 || gateways.Contains(p.p.Gateway)))];
        return found.IsEmpty ? None : new RoutePatches(found);
    }

    /// <summary>Says whether a route may be other than it was compiled. A table as a whole may have any other routes.</summary>
    public bool Touch(VirtualHost? host, Route? route)
    {
        foreach ((_, EnvoyFilterPatch patch) in Patches)
        {
            if (patch.ApplyTo == "ROUTE_CONFIGURATION" ||
                ((patch.VirtualHost.Length == 0 || patch.VirtualHost == host?.Name) && (patch.ApplyTo == "VIRTUAL_HOST" || patch.Route.Length == 0 || patch.Route == route?.Name)))
            {
                return true;
            }
        }

        return false;
    }

    public bool Equals(RoutePatches? other) => other is not null && Patches.AsSpan().SequenceEqual(other.Patches.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as RoutePatches);

    public override int GetHashCode() => Patches.Length;
}
