using System.Collections.Immutable;

namespace Clovisor.Hosting.Envoy;

/// <summary>Writes whole configurations of Envoy, as YAML: a listener for plain HTTP, and clusters whose connections are each of one class.</summary>
/// <remarks>
/// For Envoy 1.31 or later. Thread-safe. Accepted by Envoy whatever the names hold: all text is quoted. Such a proxy sends every request to one address; what rules do besides choosing
/// (rewrites, redirects, faults) it does not do. For proxies of a mesh use <see cref="IstioManifests"/>.
/// </remarks>
public static class EnvoyConfiguration
{
    // Clients and classes bound it, and the kernel's descriptors.
    private const int MostPools = 1_000_000;

    private static readonly EnvoyClass Unclassified = new("");

    /// <summary>Writes the whole configuration.</summary>
    /// <param name="mode">How connections come to be of a class.</param>
    /// <param name="rules">The rules, as of <see cref="EnvoyRules.Of(Configuration.ClovisorSnapshot, int)"/>.</param>
    /// <param name="settings">Addresses and limits; <see cref="EnvoySettings.Upstream"/> is needed.</param>
    /// <exception cref="ArgumentException">Rules or settings would do harm, or cannot be written for this mode; the message lists every reason.</exception>
    public static string Render(EnvoyMode mode, EnvoyRules rules, EnvoySettings settings)
    {
        Check(mode, rules, settings);
        string router = "name: envoy.filters.http.router\ntyped_config:\n" + EnvoyYaml.Indented(2, HttpFilters.Router(mode, rules, settings, settings.RoutePort));
        string filters = HttpFilters.BeforeRouter(mode, rules, settings, settings.RoutePort) + HttpFilters.Listed(router);
        string routes = settings.RoutesFile is { } file && mode == EnvoyMode.Tag
            ? $$"""
              rds:
                route_config_name: outbound
                config_source:
                  resource_api_version: V3
                  path_config_source: { path: {{EnvoyYaml.Quoted(file)}}, watched_directory: { path: {{EnvoyYaml.Quoted(Path.GetDirectoryName(file)!)}} } }

              """
            : "route_config:\n" + EnvoyYaml.Indented(2, Routes(mode, rules, settings));

        // A port of a class tags a connection whatever the mode: what is not of the class keeps off its ports.
        EnvoyClass rest = Unclassified with { SourcePorts = EnvoyChecker.Unclassified(rules.Classes, settings) };
        IEnumerable<string> clusters = (settings.Tags(mode) ? EnvoyChecker.Confined(rules.Classes, settings).Append(rest) : [rest]).Select(@class => Cluster(@class, settings));
        return $$"""
            node: { id: clovisor-edge, cluster: clovisor-edge }
            static_resources:
              listeners:
              - name: outbound
                address: { {{EnvoyYaml.Address(settings.Listen)}} }
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: outbound
                      codec_type: AUTO

            """.ReplaceLineEndings("\n")
            + EnvoyYaml.Indented(10, routes + "http_filters:\n" + filters)
            + "  clusters:\n" + EnvoyYaml.Indented(2, (mode == EnvoyMode.Tag ? "" : HostClusters(settings)) + string.Concat(clusters.Select(HttpFilters.Listed)));
    }

    /// <summary>Writes the routes of tag mode, for the file <see cref="EnvoySettings.RoutesFile"/>: Envoy reads it again when it is replaced by a rename.</summary>
    /// <param name="rules">The rules. A class that was not there when the configuration was written has no cluster; its requests would be answered 503.</param>
    /// <param name="settings">The settings of the configuration.</param>
    /// <exception cref="ArgumentException">Rules or settings would do harm, or cannot be written; the message lists every reason.</exception>
    public static string RenderRoutes(EnvoyRules rules, EnvoySettings settings)
    {
        Check(EnvoyMode.Tag, rules, settings);
        return "resources:\n" + HttpFilters.Listed("\"@type\": type.googleapis.com/envoy.config.route.v3.RouteConfiguration\n" + Routes(EnvoyMode.Tag, rules, settings));
    }

    /// <summary>The cluster of the session API. Few connections, so that a burst of new clients costs the host little; what waits for one still has the report's own limit of time.</summary>
    internal static string AgentCluster(EnvoySettings settings) => $$"""
        name: {{EnvoySettings.AgentCluster}}
        type: STATIC
        connect_timeout: 0.25s
        circuit_breakers: { thresholds: [ { max_connections: 16, max_pending_requests: 1024, max_requests: 1024 } ] }
        load_assignment:
          cluster_name: {{EnvoySettings.AgentCluster}}
          endpoints: [ { lb_endpoints: [ { endpoint: { address: { pipe: { path: {{EnvoyYaml.Quoted(settings.AgentSocket)}} } } } } ] } ]

        """.ReplaceLineEndings("\n");

    /// <summary>The clusters that lead to the host, as entries of a list.</summary>
    internal static string HostClusters(EnvoySettings settings) =>
        HttpFilters.Listed(AgentCluster(settings)) + (settings.AccessLogSocket is { } socket ? HttpFilters.Listed(AccessLogClusterOf(socket)) : "");

    internal static string AccessLogClusterOf(string socket) => $$"""
        name: {{EnvoySettings.AccessLogCluster}}
        type: STATIC
        connect_timeout: 0.25s
        typed_extension_protocol_options:
          envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
            "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
            explicit_http_config: { http2_protocol_options: { } }
        load_assignment:
          cluster_name: {{EnvoySettings.AccessLogCluster}}
          endpoints: [ { lb_endpoints: [ { endpoint: { address: { pipe: { path: {{EnvoyYaml.Quoted(socket)}} } } } } ] } ]

        """.ReplaceLineEndings("\n");

    private static void Check(EnvoyMode mode, EnvoyRules rules, EnvoySettings settings)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(settings);
        List<string> faults = [.. EnvoyChecker.Check(mode, rules.Classes, settings)];
        if (settings.Upstream is null)
        {
            faults.Add("Upstream is missing: say where the requests go.");
        }

        faults.AddRange(settings.UpstreamTls?.Faults() ?? []);
        if (settings.RoutesFile is { } file && !Path.IsPathRooted(file))
        {
            faults.Add($"RoutesFile '{file}' is not an absolute path.");
        }

        if (mode == EnvoyMode.Tag)
        {
            faults.AddRange(rules.Hosts.SelectMany(host => host.Routes).Where(route => route.Obstacle is not null)
                .Select(route => $"{route.Obstacle}; Envoy cannot decide that by itself. Use report mode, where the host decides."));
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException($"Write Envoy's configuration: {string.Join(" ", faults)}", nameof(rules));
        }
    }

    private static string Routes(EnvoyMode mode, EnvoyRules rules, EnvoySettings settings)
    {
        string hosts = mode switch
        {
            EnvoyMode.Tag => string.Concat(rules.Hosts.Select(host => Host(host.Name, host.Domains, host.Routes.Where(route => route.Forwards).Select(route => Route(RouteMatchYaml.Write(route.Match), route.Class ?? Unclassified, settings)), settings)))
                + (rules.Hosts.Any(host => host.Domains.Contains("*")) ? "" : Host("rest", ["*"], [], settings)),
            EnvoyMode.Report when settings.Tags(mode) => Host("all", ["*"], rules.Classes.Select(@class => Route(
                $$"""{ prefix: "/", headers: [ { name: x-clv-class, string_match: { exact: {{EnvoyYaml.Quoted(@class.Name)}} } } ] }""", @class, settings)), settings),
            _ => Host("all", ["*"], [], settings),
        };

        // Where nothing is tagged the class goes on to the upstream chain, whose last filter takes it away.
        string removed = !settings.Tags(mode) ? "" : "request_headers_to_remove: [x-clv-class]\n";
        return $"name: outbound\nignore_port_in_host_matching: true\n{removed}virtual_hosts:\n{hosts}";
    }

    private static string Host(string name, ImmutableArray<string> domains, IEnumerable<string> routes, EnvoySettings settings) =>
        $"- name: {EnvoyYaml.Quoted(name)}\n  domains: [ {string.Join(", ", domains.Select(EnvoyYaml.Quoted))} ]\n  routes:\n"
            + string.Concat(routes.Append(Route(RouteMatchYaml.Write(null), Unclassified, settings)));

    private static string Route(string match, EnvoyClass @class, EnvoySettings settings)
    {
        string retries = settings.Retries > 0 ? $", retry_policy: {{ retry_on: \"connect-failure,reset\", num_retries: {EnvoyYaml.Number(settings.Retries)} }}" : "";
        return $"  - match: {match}\n    route: {{ cluster: {EnvoyYaml.Quoted(ClusterOf(@class))}, timeout: 60s{retries} }}\n";
    }

    private static string ClusterOf(EnvoyClass @class) => @class.Name.Length == 0 ? EnvoySettings.DefaultCluster : @class.Cluster;

    private static string Cluster(EnvoyClass @class, EnvoySettings settings)
    {
        string name = EnvoyYaml.Quoted(ClusterOf(@class));
        string lifetime = settings.ConnectionLifetime is { } time ? $", max_connection_duration: {EnvoyYaml.Seconds(time)}" : "";
        // With a pool for each client, one more connection is needed for each client's first request of a class; at the limit such a request would wait for the end of another client's.
        int most = settings.AccessLogSocket is null ? settings.MaxConnections : MostPools;
        string perClient = settings.AccessLogSocket is null ? "" : "connection_pool_per_downstream_connection: true\n";
        string protocol = settings.UpstreamHttp2 ? "http2_protocol_options" : "http_protocol_options";
        return $$"""
            name: {{name}}
            type: STATIC
            connect_timeout: {{EnvoyYaml.Seconds(settings.ConnectTimeout)}}
            circuit_breakers: { thresholds: [ { max_connections: {{EnvoyYaml.Number(most)}}, max_retries: 1024 } ] }

            """.ReplaceLineEndings("\n") + perClient + SocketTag.Bind(@class.Dscp, @class.SourcePorts) + settings.UpstreamTls?.Write() + $$"""
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                common_http_protocol_options: { idle_timeout: 60s{{lifetime}} }
                explicit_http_config: { {{protocol}}: { } }
            load_assignment:
              cluster_name: {{name}}
              endpoints: [ { lb_endpoints: [ { endpoint: { address: { {{EnvoyYaml.Address(settings.Upstream!)}} } } } ] } ]

            """.ReplaceLineEndings("\n");
    }
}
