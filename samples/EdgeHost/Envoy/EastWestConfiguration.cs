using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.Istio;
using Clovisor.Istio.Clusters;
using Clovisor.Istio.Connections;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Sources;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>Writes the configuration of a real Envoy as an east-west gateway: a filter chain for every service, port and subset, found by the server name; TLS is passed on as it is.</summary>
internal static class EastWestConfiguration
{
    private const string ClusterDomain = "svc.cluster.local";

    /// <param name="tried">What is being done, for errors.</param>
    /// <param name="snapshot">The gateway's own cluster, read whole.</param>
    /// <param name="proxy">The gateway.</param>
    /// <param name="listen">Where it listens; its port says which servers of Gateways are meant.</param>
    /// <param name="accessLog">The file that gets a line for every connection: the server name asked for, the cluster, and both ends.</param>
    public static string Render(string tried, IstioSnapshot snapshot, IstioProxy proxy, IPEndPoint listen, string accessLog)
    {
        FilterChain[] chains = [.. new RouteCompiler(snapshot.Configuration).CompileConnections(proxy, listen.Port).Listeners.SelectMany(static listener => listener.Chains).Where(static chain => chain.Reason == ConnectionReason.AutoPassthrough)];
        if (chains.Length == 0)
        {
            throw new EdgeHostException(tried, $"no Gateway with AUTO_PASSTHROUGH on port {listen.Port} is for a proxy of namespace {proxy.Namespace} with labels {string.Join(", ", proxy.Labels.Select(static label => $"{label.Key}={label.Value}"))}", "Name the labels that the Gateway selects by");
        }

        string log = $$"""
            - name: envoy.access_loggers.file
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                path: {{Quoted(accessLog)}}
                log_format: { text_format_source: { inline_string: "%REQUESTED_SERVER_NAME% %UPSTREAM_CLUSTER% %DOWNSTREAM_REMOTE_ADDRESS% %RESPONSE_FLAGS%\n" } }

            """;
        return $$"""
            node: { id: east-west, cluster: east-west }
            static_resources:
              listeners:
              - name: east-west
                address: { {{Address(listen.Address.ToString(), listen.Port)}} }
                listener_filters:
                - { name: tls, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector } }
                access_log:
            {{Indented(4, log)}}    filter_chains:

            """ + string.Concat(chains.Select(Chain)) + "  clusters:\n" + string.Concat(chains.Select(chain => Cluster(tried, snapshot, chain)));
    }

    // Which cluster it is, the server name says: the filter before the proxy takes it from there, as every such gateway does.
    private static string Chain(FilterChain chain) => $$"""
            - filter_chain_match: { server_names: [ {{List(chain.ServerNames)}} ], application_protocols: [ {{List(chain.ApplicationProtocols)}} ] }
              filters:
              - { name: sni, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.network.sni_cluster.v3.SniCluster } }
              - name: tcp
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                  stat_prefix: east-west
                  cluster: {{Quoted(chain.Clusters[0].Cluster)}}

        """;

    private static string Cluster(string tried, IstioSnapshot snapshot, FilterChain chain)
    {
        RouteDestination destination = chain.Clusters[0];
        string name = Quoted(destination.Cluster);
        string endpoints = string.Join(", ", EndpointsOf(tried, snapshot, destination).Select(end => $"{{ endpoint: {{ address: {{ {Address(end.Address, end.Port)} }} }} }}"));
        return $$"""
              - name: {{name}}
                type: STATIC
                connect_timeout: 1s
                transport_socket:
                  name: envoy.transport_sockets.upstream_proxy_protocol
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport
                    config: { version: V1 }
                    transport_socket: { name: envoy.transport_sockets.raw_buffer, typed_config: { "@type": type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer } }
                load_assignment: { cluster_name: {{name}}, endpoints: [ { lb_endpoints: [ {{endpoints}} ] } ] }

            """;
    }

    private static IEnumerable<(string Address, int Port)> EndpointsOf(string tried, IstioSnapshot snapshot, RouteDestination destination)
    {
        MultiClusterMesh mesh = snapshot.Mesh ?? throw new EdgeHostException(tried, "no cluster was read", "Name the gateway's cluster");
        IstioConfiguration configuration = snapshot.Configuration;
        KubernetesService? service = configuration.Services.FirstOrDefault(one => $"{one.Name}.{one.Namespace}.{ClusterDomain}" == destination.Host);
        if (service?.Ports.FirstOrDefault(one => one.Number == destination.Port) is not { } port)
        {
            return [];
        }

        ImmutableArray<MeshEndpoint> endpoints = mesh.EndpointsOf(mesh.Clusters[0].Name, service.Key);
        return endpoints.Where(static end => end.Gateway is null).Select(end => (end.Address, port.TargetPort == 0 ? port.Number : port.TargetPort));
    }

    private static string Address(string address, int port) => $"socket_address: {{ address: {Quoted(address)}, port_value: {port} }}";

    private static string List(IEnumerable<string> words) => string.Join(", ", words.Select(Quoted));

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static string Indented(int columns, string text) => string.Concat(text.TrimEnd('\n').Split('\n').Select(line => $"{new string(' ', columns)}{line}\n"));
}
