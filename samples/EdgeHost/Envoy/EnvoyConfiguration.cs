using System.Text.Json;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>Writes Envoy's configuration: a cluster for every class, so that connections of different classes are never shared.</summary>
internal static class EnvoyConfiguration
{
    // setsockopt names of Linux: IPPROTO_IP, IP_TOS.
    private const int ProtocolIp = 0;
    private const int TypeOfService = 1;

    /// <summary>The static part: listener and clusters.</summary>
    /// <param name="routesFile">The file of <see cref="Routes"/>; Envoy reads it again whenever it is replaced.</param>
    public static string Bootstrap(IEnumerable<EnvoyClass> classes, string routesFile) =>
        $$"""
        node: { id: edge, cluster: edge }
        static_resources:
          listeners:
          - name: outbound
            address: { socket_address: { address: {{LabAddresses.EdgeLan}}, port_value: {{LabAddresses.SidecarPort}} } }
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: outbound
                  rds:
                    route_config_name: outbound
                    config_source:
                      resource_api_version: V3
                      path_config_source: { path: {{Quoted(routesFile)}}, watched_directory: { path: {{Quoted(Path.GetDirectoryName(routesFile)!)}} } }
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
          clusters:
        {{string.Concat(classes.Select(Cluster))}}
        """;

    /// <summary>The part that changes with the rules.</summary>
    public static string Routes(IEnumerable<EnvoyHost> hosts) =>
        $$"""
        resources:
        - "@type": type.googleapis.com/envoy.config.route.v3.RouteConfiguration
          name: outbound
          virtual_hosts:
        {{string.Concat(hosts.Select(Host))}}
        """;

    private static string Cluster(EnvoyClass @class)
    {
        // The option is set before the socket is bound, so that the first packet carries it already.
        string options = @class.Dscp is { } dscp
            ? $", socket_options: [{{level: {ProtocolIp}, name: {TypeOfService}, int_value: {dscp << 2}, state: STATE_PREBIND}}]"
            : "";
        return $$"""
            - name: {{Quoted(@class.Cluster)}}
              type: STATIC
              connect_timeout: 0.25s
              circuit_breakers: { thresholds: [ { max_retries: 1024 } ] }
              upstream_bind_config: { source_address: { address: 0.0.0.0, port_value: 0 }{{options}} }
              typed_extension_protocol_options:
                envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                  "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                  common_http_protocol_options: {idle_timeout: 10s, max_connection_duration: 1s}
                  explicit_http_config: { http_protocol_options: { } }
              load_assignment:
                cluster_name: {{Quoted(@class.Cluster)}}
                endpoints:
                - lb_endpoints:
                  - endpoint: { address: { socket_address: { address: {{LabAddresses.ServiceV4}}, port_value: {{LabAddresses.ServicePort}} } } }

        """;
    }

    private static string Host(EnvoyHost host) =>
        $"  - name: {Quoted(host.Name)}\n" +
        $"    domains: [{string.Join(", ", host.Domains.SelectMany(d => new[] { d, d + ":*" }).Select(Quoted))}]\n" +
        "    routes:\n" + string.Concat(host.Routes.Select(Route));

    private static string Route(EnvoyRoute route)
    {
        string headers = string.Join(", ", route.Headers.Select(h => $"{{name: {Quoted(h.Key)}, string_match: {{exact: {Quoted(h.Value)}}}}}"));
        return $"    - match: {{prefix: \"/\", headers: [{headers}]}}\n" +
            $"      route: {{cluster: {Quoted(route.Class.Cluster)}, timeout: 60s, retry_policy: {{retry_on: \"connect-failure,reset\", num_retries: 20}}}}\n";
    }

    /// <summary>A JSON string is a YAML string, whatever is in it.</summary>
    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
