using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi.Conversion;

/// <summary>Which waypoint serves an object: its own label says, else that of its namespace.</summary>
internal static class WaypointReference
{
    private const string Name = "istio.io/use-waypoint";
    private const string Scope = "istio.io/use-waypoint-namespace";

    /// <summary>Gets the waypoint, or null. The value <c>none</c> takes an object out.</summary>
    public static ObjectKey? Of(Resource service, IstioConfiguration configuration)
    {
        KubernetesNamespace? scope = configuration.Namespaces.FirstOrDefault(n => n.Name == service.Namespace);
        Resource? labelled = service.Labels.ContainsKey(Name) ? service : scope;
        return labelled is not null && labelled.Labels.TryGetValue(Name, out string? name) && name.Length > 0 && !name.Equals("none", StringComparison.OrdinalIgnoreCase)
            ? new ObjectKey(labelled.Labels.GetValueOrDefault(Scope, service.Namespace), name)
            : null;
    }
}
