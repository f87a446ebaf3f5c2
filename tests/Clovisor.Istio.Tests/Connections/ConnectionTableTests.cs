using System.Net;
using Clovisor.Istio.Connections;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;

namespace Clovisor.Istio.Tests.Connections;

public sealed class ConnectionTableTests
{
    private const string Config = """
        apiVersion: v1
        kind: Service
        metadata: {name: db, namespace: app}
        spec: {clusterIP: 10.96.0.10, ports: [{name: tcp, port: 5432}, {name: web, port: 81}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: ext, namespace: app}
        spec: {hosts: ["*.example.com", a.example.com], ports: [{number: 443, name: tls, protocol: TLS}], resolution: NONE}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: db, namespace: app}
        spec:
          hosts: [db]
          tcp:
          - {match: [{destinationSubnets: [10.96.0.0/16]}], route: [{destination: {host: db, subset: near}}]}
          - {route: [{destination: {host: db, subset: a}, weight: 1}, {destination: {host: db, subset: b}, weight: 3}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: ext, namespace: app}
        spec:
          hosts: ["*.example.com"]
          tls:
          - {match: [{sniHosts: [a.example.com]}], route: [{destination: {host: db, port: {number: 5432}}}]}
          - {match: [{sniHosts: ["*.b.example.com"]}], route: [{destination: {host: b.example.com}}]}
          - {match: [{sniHosts: ["*.example.com"], destinationSubnets: [192.168.0.0/16]}], route: [{destination: {host: far.example.com}}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: plain, namespace: app}
        spec: {clusterIP: 10.97.0.10, ports: [{name: web, port: 81}]}

        """;

    private static readonly RouteCompiler Compiler = new(IstioYaml.Read(Config).OrThrow());

    [Theory]
    [InlineData(5432, "10.96.0.10", "", ConnectionReason.Matched, "outbound|5432|near|db.app.svc.cluster.local")]
    [InlineData(5432, "10.1.2.3", "", ConnectionReason.Passthrough, "PassthroughCluster")]
    [InlineData(443, "1.2.3.4", "a.example.com", ConnectionReason.Matched, "outbound|5432||db.app.svc.cluster.local")]
    [InlineData(443, "1.2.3.4", "A.Example.COM", ConnectionReason.Matched, "outbound|5432||db.app.svc.cluster.local")]
    [InlineData(443, "1.2.3.4", "x.y.b.example.com", ConnectionReason.Matched, "outbound|443||b.example.com")]
    [InlineData(443, "1.2.3.4", "b.example.com", ConnectionReason.Passthrough, "PassthroughCluster")]
    [InlineData(443, "192.168.1.1", "b.example.com", ConnectionReason.Matched, "outbound|443||far.example.com")]
    [InlineData(443, "1.2.3.4", "", ConnectionReason.Passthrough, "PassthroughCluster")]
    public void A_connection_takes_the_chain_that_fits_best(int port, string address, string serverName, ConnectionReason reason, string cluster)
    {
        ConnectionTable table = Compiler.CompileConnections(Mesh.Sidecar, port);
        ConnectionDecision decision = table.EvaluateTls(serverName, IPAddress.Parse(address));
        Assert.Equal((reason, cluster), (decision.Reason, decision.PickCluster(0)!.Cluster));
    }

    /// <summary>Envoy narrows by address first and never goes back: a name that only a wider range has is not found.</summary>
    [Fact]
    public void A_narrower_range_hides_the_names_of_all_addresses()
    {
        ConnectionDecision decision = Compiler.CompileConnections(Mesh.Sidecar, 443).EvaluateTls("a.example.com", IPAddress.Parse("192.168.1.1"));
        Assert.Equal("outbound|443||far.example.com", decision.PickCluster(0)!.Cluster);
    }

    [Fact]
    public void Plain_http_on_a_sniffed_port_is_for_the_route_table()
    {
        ConnectionTable table = Compiler.CompileConnections(Mesh.Sidecar, 81);
        ConnectionDecision http = table.Evaluate(new ConnectionRequest { Destination = IPAddress.Parse("10.97.0.10"), Protocol = ConnectionProtocol.Http });
        Assert.Equal((ConnectionReason.Http, "plain.app.svc.cluster.local:81"), (http.Reason, http.Chain!.RouteTable));
        Assert.Null(http.PickCluster(0));
        Assert.Equal(ConnectionReason.DefaultRoute, table.EvaluateTcp(IPAddress.Parse("10.97.0.10")).Reason);
    }

    /// <summary>The address goes first: where a rule's range holds it, the listener's HTTP chain, which has no range, is out of reach.</summary>
    [Fact]
    public void A_range_takes_plain_http_away_from_the_route_table()
    {
        ConnectionDecision http = Compiler.CompileConnections(Mesh.Sidecar, 81).Evaluate(new ConnectionRequest { Destination = IPAddress.Parse("10.96.0.10"), Protocol = ConnectionProtocol.Http });
        Assert.Equal((ConnectionReason.Matched, "outbound|81|near|db.app.svc.cluster.local"), (http.Reason, http.PickCluster(0)!.Cluster));
    }

    [Fact]
    public void Weights_share_connections()
    {
        ConnectionDecision decision = Compiler.CompileConnections(Mesh.Sidecar, 81).EvaluateTcp(IPAddress.Parse("10.96.0.10"));
        Assert.Equal("outbound|81|near|db.app.svc.cluster.local", decision.PickCluster(0)!.Cluster);
        FilterChain shared = Compiler.CompileConnections(Mesh.Sidecar, 5432).Listeners[0].Chains.Single(static c => c.RuleIndex == 1);
        Assert.Equal([1, 3], shared.Clusters.Select(static c => c.Weight));
    }

    [Fact]
    public void Evaluation_allocates_nothing()
    {
        ConnectionTable table = Compiler.CompileConnections(Mesh.Sidecar, 443);
        IPAddress[] addresses = [IPAddress.Parse("1.2.3.4"), IPAddress.Parse("192.168.1.1"), IPAddress.Parse("fd00::1")];
        long Run()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (IPAddress address in addresses)
            {
                for (int i = 0; i < 50; i++)
                {
                    table.EvaluateTls("x.b.example.com", address).PickCluster((ulong)i);
                    table.EvaluateTcp(address);
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        for (int i = 0; i < 50; i++)
        {
            Run();
        }

        Assert.Equal(0, Run());
    }

    [Fact]
    public void What_a_rule_is_not_for_is_dropped_with_a_reason()
    {
        IstioConfiguration configuration = IstioYaml.Read(Config + """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: other, namespace: app}
            spec: {hosts: [db], tcp: [{match: [{port: 1}, {sourceLabels: {app: x}}, {sourceNamespace: elsewhere}, {gateways: [gw]}], route: [{destination: {host: db}}]}]}
            """).OrThrow();
        IEnumerable<string> reasons = new RouteCompiler(configuration with { VirtualServices = [.. configuration.VirtualServices.Where(static v => v.Name == "other")] })
            .CompileConnections(Mesh.Sidecar, 5432).Dropped.Select(static d => d.Why);
        Assert.Equal(["it is for port 1, not 5432", "it is for proxies with the labels app=x", "it is for proxies in namespace elsewhere", "it is for the gateways app/gw"], reasons);
    }

    [Theory]
    [InlineData("outbound|80|v1|httpbin.app.svc.cluster.local", 80, "v1", "httpbin.app.svc.cluster.local")]
    [InlineData("outbound_.9080_.v1_.reviews.app.svc.cluster.local", 9080, "v1", "reviews.app.svc.cluster.local")]
    [InlineData("outbound_.9080_._.reviews.app.svc.cluster.local", 9080, "", "reviews.app.svc.cluster.local")]
    [InlineData("outbound|443||*.example.com", 443, "", "*.example.com")]
    public void A_cluster_s_name_is_taken_apart(string text, int port, string subset, string host)
    {
        Assert.True(ClusterName.TryParse(text, out ClusterName name));
        Assert.Equal(new ClusterName("outbound", port, subset, host), name);
        Assert.Contains(text, new[] { name.ToString(), name.ServerName });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("reviews.app.svc.cluster.local")]
    [InlineData("outbound|x||host")]
    [InlineData("outbound|70000||host")]
    [InlineData("outbound|80||")]
    [InlineData("outbound_.80_.reviews")]
    public void Other_names_are_no_clusters(string? text) => Assert.False(ClusterName.TryParse(text, out _));
}
