using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Envoy;

/// <summary>A route of the mesh whose requests are of a class.</summary>
/// <param name="Host">Envoy's name of the virtual host.</param>
/// <param name="Name">Envoy's name of the route.</param>
/// <param name="Class">The class.</param>
/// <param name="Action">What the mesh does.</param>
internal sealed record ClassRoute(string Host, string Name, EnvoyClass Class, ForwardAction Action)
{
    internal RouteDestination Destination => Action.Destinations[0];

    /// <summary>The subset whose cluster carries a class to a destination. Names of subsets are DNS labels, which have no dots.</summary>
    internal static string SubsetOf(EnvoyClass @class, RouteDestination to) =>
        $"clv-{@class.Name.Replace('.', '-')}{(to.Subset.Length == 0 ? "" : "-" + to.Subset)}";
}

/// <summary>A subset that is written.</summary>
internal sealed record ClassSubset(string Host, string Name, string RuleNamespace, System.Collections.Immutable.ImmutableDictionary<string, string> Labels, EnvoyClass Class);
