using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Envoy;

/// <summary>Writes the patches of an EnvoyFilter that do not depend on routes.</summary>
internal static class IstioPatches
{
    internal static string Context(IstioWorkload workload) => workload.Kind == ProxyKind.Gateway ? "GATEWAY" : "SIDECAR_OUTBOUND";

    internal static string Hosts(EnvoySettings settings) =>
        Added(EnvoyConfiguration.AgentCluster(settings)) + (settings.AccessLogSocket is { } socket ? Added(EnvoyConfiguration.AccessLogClusterOf(socket)) : "");

    private static string Added(string cluster) => """
        - applyTo: CLUSTER
          match: { context: ANY }
          patch:
            operation: ADD
            value:

        """.ReplaceLineEndings("\n") + EnvoyYaml.Indented(6, cluster);

    internal static string Filters(EnvoyMode mode, EnvoyRules rules, EnvoySettings settings, IstioWorkload workload, int? port)
    {
        string patches = BeforeRouter(workload, HttpFilters.Report(rules, settings, port));
        return settings.Tags(mode)
            ? patches
            : patches + BeforeRouter(workload, HttpFilters.PoolKey()) + Patch(workload, "MERGE", "name: envoy.filters.http.router\ntyped_config:\n" + EnvoyYaml.Indented(2, HttpFilters.Router(mode, rules, settings, port)));
    }

    private static string BeforeRouter(IstioWorkload workload, string filter) => Patch(workload, "INSERT_BEFORE", filter);

    private static string Patch(IstioWorkload workload, string operation, string filter) => $$"""
        - applyTo: HTTP_FILTER
          match:
            context: {{Context(workload)}}
            listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager, subFilter: { name: envoy.filters.http.router } } } }
          patch:
            operation: {{operation}}
            value:

        """.ReplaceLineEndings("\n") + EnvoyYaml.Indented(6, filter);
}
