using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.Envoy;

/// <summary>
/// Writes a configuration of Envoy in report mode: a Lua filter asks the session API for the class of a request before it has a connection, and the class's cluster, whose
/// sockets carry a tag from the SYN on, takes it. The report decides, the tag carries.
/// </summary>
/// <remarks>For Envoy 1.31 or later. Thread-safe. Accepted by Envoy whatever the names hold: all text is quoted.</remarks>
public static class ReportConfiguration
{
    // setsockopt names of Linux: IPPROTO_IP with IP_TOS and IP_LOCAL_PORT_RANGE, IPPROTO_IPV6 with IPV6_TCLASS.
    private const int ProtocolIp = 0;
    private const int ProtocolIpv6 = 41;
    private const int TypeOfService = 1;
    private const int LocalPortRange = 51;
    private const int TrafficClass = 67;

    /// <summary>Writes the whole configuration as YAML.</summary>
    /// <param name="classes">The classes. Requests of an association that is not among them go unclassified.</param>
    /// <param name="fields">What the loaded rules look at: <c>ClovisorSnapshot.Fields</c>. No more than that is reported.</param>
    /// <param name="settings">Addresses and limits.</param>
    /// <exception cref="ArgumentException">The classes or the settings would do harm; the message lists every reason.</exception>
    public static string Render(ImmutableArray<EnvoyClass> classes, RequestFields fields, EnvoySettings settings)
    {
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentNullException.ThrowIfNull(settings);
        ImmutableArray<string> faults = EnvoyChecker.Check(classes, settings);
        if (!faults.IsEmpty)
        {
            throw new ArgumentException($"Write Envoy's configuration: {string.Join(" ", faults)}", nameof(classes));
        }

        string routes = string.Concat(classes.Select(@class =>
            $$"""
                          - match: { prefix: "/", headers: [ { name: x-clv-class, string_match: { exact: {{Quoted(@class.Name)}} } } ] }
                            {{Route(@class.Cluster, settings)}}

            """));
        return $$"""
            node: { id: clovisor-edge, cluster: clovisor-edge }
            static_resources:
              listeners:
              - name: outbound
                address: { {{Address(settings.Listen)}} }
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: outbound
                      codec_type: AUTO
                      route_config:
                        name: outbound
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          request_headers_to_remove: [x-clv-class]
                          routes:
            {{routes}}              - match: { prefix: "/" }
                            {{Route(EnvoySettings.DefaultCluster, settings)}}
                      http_filters:
                      - name: clovisor.report
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
                          default_source_code: { inline_string: {{Quoted(ReportScript.Render(fields, settings))}} }
                      - name: envoy.filters.http.router
                        typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
              clusters:
              - name: clovisor_agent
                type: STATIC
                connect_timeout: 0.25s
                circuit_breakers: { thresholds: [ { max_connections: 16, max_pending_requests: 16, max_requests: 16 } ] }
                load_assignment:
                  cluster_name: clovisor_agent
                  endpoints: [ { lb_endpoints: [ { endpoint: { address: { pipe: { path: {{Quoted(settings.AgentSocket)}} } } } } ] } ]
            {{string.Concat(classes.Append(new EnvoyClass("", null, EnvoyChecker.Unclassified(classes, settings))).Select(@class => Cluster(@class, settings)))}}
            """.ReplaceLineEndings("\n");
    }

    private static string Route(string cluster, EnvoySettings settings)
    {
        string retries = settings.Retries > 0 ? $", retry_policy: {{ retry_on: \"connect-failure,reset\", num_retries: {Number(settings.Retries)} }}" : "";
        return $"route: {{ cluster: {Quoted(cluster)}, timeout: 60s{retries} }}";
    }

    private static string Cluster(EnvoyClass @class, EnvoySettings settings)
    {
        string name = @class.Name.Length == 0 ? EnvoySettings.DefaultCluster : @class.Cluster;
        string ports = @class.SourcePorts is { } range ? Option(ProtocolIp, LocalPortRange, ((uint)range.Last << 16) | range.First) : "";
        string v4 = Join(@class.Dscp is { } dscp ? Option(ProtocolIp, TypeOfService, (uint)dscp << 2) : "", ports);
        string v6 = Join(@class.Dscp is { } code ? Option(ProtocolIpv6, TrafficClass, (uint)code << 2) : "", ports);
        string bind = v4.Length == 0
            ? ""
            : "    upstream_bind_config:\n"
                + "      source_address: { address: 0.0.0.0, port_value: 0 }\n"
                + $"      socket_options: [ {v4} ]\n"
                + "      extra_source_addresses:\n"
                + "      - address: { address: \"::\", port_value: 0 }\n"
                + $"        socket_options: {{ socket_options: [ {v6} ] }}\n";
        string lifetime = settings.ConnectionLifetime is { } time
            ? $", max_connection_duration: {time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)}s"
            : "";
        return $$"""
              - name: {{Quoted(name)}}
                type: STATIC
                connect_timeout: 0.25s
                circuit_breakers: { thresholds: [ { max_connections: {{Number(settings.MaxConnections)}}, max_retries: 1024 } ] }

            """.ReplaceLineEndings("\n") + bind + $$"""
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    common_http_protocol_options: { idle_timeout: 60s{{lifetime}} }
                    explicit_http_config: { http_protocol_options: { } }
                load_assignment:
                  cluster_name: {{Quoted(name)}}
                  endpoints: [ { lb_endpoints: [ { endpoint: { address: { {{Address(settings.Upstream)}} } } } ] } ]

            """.ReplaceLineEndings("\n");
    }

    // Before the bind, so that the SYN carries it; Envoy ignores the two later states on such sockets without a word.
    private static string Option(int level, int name, uint value) =>
        string.Create(CultureInfo.InvariantCulture, $"{{ level: {level}, name: {name}, int_value: {value}, state: STATE_PREBIND }}");

    private static string Join(string one, string other) => one.Length > 0 && other.Length > 0 ? $"{one}, {other}" : one + other;

    private static string Address(IPEndPoint endPoint) =>
        $"socket_address: {{ address: {Quoted(endPoint.Address.ToString())}, port_value: {Number(endPoint.Port)} }}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    // A JSON string is a YAML string, whatever is in it.
    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
