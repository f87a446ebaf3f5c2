using System.Collections.Immutable;
using Clovisor.Istio;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Envoy;

/// <summary>
/// Writes what Istio's own proxies need so that their connections are of one class each: DestinationRules with a subset for every class, and EnvoyFilters that tag the subsets'
/// clusters and send each route's requests to its class's. VirtualServices stay as they are.
/// </summary>
/// <remarks>For Istio 1.22 or later. Thread-safe. Apply with <c>kubectl apply</c>; the objects carry the label <c>app.kubernetes.io/managed-by: clovisor</c>, so that what is no longer needed can be pruned.</remarks>
public static class IstioManifests
{
    private const int LongestSubset = 63;

    /// <summary>Writes the manifests.</summary>
    /// <param name="mode">How connections come to be of a class.</param>
    /// <param name="rules">The rules, made for such a proxy.</param>
    /// <param name="workload">The proxies.</param>
    /// <param name="settings">The agent's socket as the proxies see it, and limits.</param>
    /// <exception cref="ArgumentException">Rules or settings would do harm, or cannot be written for this mode; the message lists every reason.</exception>
    public static string Render(EnvoyMode mode, EnvoyRules rules, IstioWorkload workload, EnvoySettings settings)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(settings);
        List<string> faults = [];
        ImmutableArray<EnvoyClass> classes = [.. rules.Classes.Select(@class => workload.UseSourcePorts ? @class : @class with { SourcePorts = null })];
        faults.AddRange(EnvoyChecker.Check(mode, classes, settings));
        List<ClassRoute> routes = !settings.Tags(mode) ? [] : ClassRoutes.Of(mode, rules, faults);
        List<ClassSubset> subsets = Subsets(rules, workload, faults.Count > 0 ? classes : EnvoyChecker.Confined(classes, settings), routes, faults);
        if (faults.Count > 0)
        {
            throw new ArgumentException($"Write Istio's manifests: {string.Join(" ", faults)}", nameof(rules));
        }

        // A sidecar's listeners keep the destination that the application asked for; a gateway's pod listens on another port than its service.
        int? port = workload.Kind == ProxyKind.Gateway ? settings.RoutePort : null;
        List<string> documents = [.. subsets.GroupBy(subset => (subset.RuleNamespace, subset.Host)).Select(host => DestinationRule(workload, host.Key.RuleNamespace, host.Key.Host, [.. host]))];
        string patches = !settings.Tags(mode) ? "" : string.Concat(subsets.Select(ClusterPatch)) + string.Concat(routes.Select(route => RoutePatch(mode, workload, route)));
        if (mode != EnvoyMode.Tag)
        {
            patches += IstioPatches.Hosts(settings) + IstioPatches.Filters(mode, rules, settings, workload, port);
        }

        documents.Add(Filter(workload, patches));
        return string.Join("---\n", documents);
    }

    private static List<ClassSubset> Subsets(EnvoyRules rules, IstioWorkload workload, ImmutableArray<EnvoyClass> classes, List<ClassRoute> routes, List<string> faults)
    {
        List<ClassSubset> subsets = [];
        foreach ((EnvoyClass @class, RouteDestination to) in routes.Select(route => (route.Class, route.Destination)).DistinctBy(pair => (pair.Class.Name, pair.Destination.Host, pair.Destination.Subset)))
        {
            string name = ClassRoute.SubsetOf(@class, to);
            if (name.Length > LongestSubset)
            {
                faults.Add($"Subset {name} of {to.Host} would be longer than {LongestSubset} characters. Shorten the name of association {@class.Name}.");
            }

            (string ruleNamespace, ImmutableDictionary<string, string> labels) = HostRules.Of(rules.Mesh, workload.Namespace, to, faults);
            subsets.Add(new ClassSubset(to.Host, name, ruleNamespace, labels, classes.First(one => one.Name == @class.Name)));
        }

        foreach (IGrouping<(string, string), ClassSubset> same in subsets.GroupBy(subset => (subset.Host, subset.Name)).Where(group => group.Count() > 1))
        {
            faults.Add($"Classes {string.Join(" and ", same.Select(subset => subset.Class.Name))} would both be subset {same.Key.Item2} of {same.Key.Item1}. Rename one.");
        }

        return subsets;
    }

    private static string DestinationRule(IstioWorkload workload, string space, string host, IReadOnlyList<ClassSubset> subsets) =>
        $$"""
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata:
          name: {{EnvoyYaml.Quoted($"{workload.Name}-{host.Replace("*", "all", StringComparison.Ordinal)}")}}
          namespace: {{EnvoyYaml.Quoted(space)}}
          labels: { app.kubernetes.io/managed-by: clovisor }
        spec:
          host: {{EnvoyYaml.Quoted(host)}}
          subsets:

        """.ReplaceLineEndings("\n") + string.Concat(subsets.Select(subset =>
            $"  - {{ name: {EnvoyYaml.Quoted(subset.Name)}{(subset.Labels.IsEmpty ? "" : $", labels: {{ {string.Join(", ", subset.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{EnvoyYaml.Quoted(label.Key)}: {EnvoyYaml.Quoted(label.Value)}"))} }}")} }}\n"));

    private static string Filter(IstioWorkload workload, string patches)
    {
        string selector = workload.Labels.IsEmpty
            ? ""
            : $"  workloadSelector: {{ labels: {{ {string.Join(", ", workload.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{EnvoyYaml.Quoted(label.Key)}: {EnvoyYaml.Quoted(label.Value)}"))} }} }}\n";
        return $$"""
            apiVersion: networking.istio.io/v1alpha3
            kind: EnvoyFilter
            metadata:
              name: {{EnvoyYaml.Quoted(workload.Name)}}
              namespace: {{EnvoyYaml.Quoted(workload.Namespace)}}
              labels: { app.kubernetes.io/managed-by: clovisor }
            spec:
              priority: 10

            """.ReplaceLineEndings("\n") + selector + "  configPatches:\n" + EnvoyYaml.Indented(2, patches);
    }

    private static string ClusterPatch(ClassSubset subset) => $$"""
        - applyTo: CLUSTER
          match: { context: ANY, cluster: { service: {{EnvoyYaml.Quoted(subset.Host)}}, subset: {{EnvoyYaml.Quoted(subset.Name)}} } }
          patch:
            operation: MERGE
            value:

        """.ReplaceLineEndings("\n") + EnvoyYaml.Indented(6, SocketTag.Bind(subset.Class.Dscp, subset.Class.SourcePorts));

    // Tag: the mesh's own route goes to the class's cluster. Report: a route before all others takes what the host has named.
    private static string RoutePatch(EnvoyMode mode, IstioWorkload workload, ClassRoute route)
    {
        string match = $"routeConfiguration: {{ vhost: {{ name: {EnvoyYaml.Quoted(route.Host)}";
        string cluster = EnvoyYaml.Quoted($"outbound|{EnvoyYaml.Number(route.Destination.Port)}|{ClassRoute.SubsetOf(route.Class, route.Destination)}|{route.Destination.Host}");
        string timeout = route.Action.Timeout > TimeSpan.Zero ? EnvoyYaml.Seconds(route.Action.Timeout) : "0s";
        return mode == EnvoyMode.Tag
            ? $$$"""
              - applyTo: HTTP_ROUTE
                match: { context: {{{IstioPatches.Context(workload)}}}, {{{match}}}, route: { name: {{{EnvoyYaml.Quoted(route.Name)}}} } } } }
                patch: { operation: MERGE, value: { route: { cluster: {{{cluster}}} } } }

              """.ReplaceLineEndings("\n")
            : $$$"""
              - applyTo: HTTP_ROUTE
                match: { context: {{{IstioPatches.Context(workload)}}}, {{{match}}} } } }
                patch:
                  operation: INSERT_FIRST
                  value:
                    name: {{{EnvoyYaml.Quoted($"clovisor-{route.Class.Name}")}}}
                    match: { prefix: "/", headers: [ { name: x-clv-class, string_match: { exact: {{{EnvoyYaml.Quoted(route.Class.Name)}}} } } ] }
                    request_headers_to_remove: [ x-clv-class ]
                    route: { cluster: {{{cluster}}}, timeout: {{{timeout}}}, max_grpc_timeout: 0s, retry_policy: { retry_on: "connect-failure,refused-stream", num_retries: 2 } }

              """.ReplaceLineEndings("\n");
    }
}
