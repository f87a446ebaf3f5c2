using System.Net;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Tests.Configuration;

public sealed class YamlReadingTests
{
    private const string Whole = """
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanLink
        metadata: { name: fibre, labels: { site: north } }
        spec:
          device: enp0s8
          nextHop: [192.0.2.1, "2001:db8::1"]
          addresses: auto
          addressing: preserved
          role: normal
          transport: private
          billing: usage
          capacity: { up: 200M, down: 1.5G }
          probes:
          - { kind: icmp, targets: [9.9.9.9, 1.1.1.1], interval: 100ms, timeout: 1s, lost: 4, quorum: 2 }
          recovery: { good: 5, holdDown: 3s, dampening: { halfLife: 30s, max: 5m } }
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanLink
        metadata: { name: lte }
        spec: { device: wwan0, role: backup }
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: somebody-elses }
        spec: { whatever: [1, 2] }
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: SlaClass
        metadata: { name: voice }
        spec: { loss: { enter: 2%, leave: 1% }, latency: { enter: 150ms, leave: 120ms }, jitter: 30ms, window: 20s }
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: { name: minion-payments }
        spec:
          match:
            meshRoute: [shop/httpbin/payments, HTTPRoute:shop/web/#0]
            dscp: [ef, 12]
          criteria: { publicPrivate: either, billing: either, backup: "yes" }
          sla: voice
          tiers:
          - { links: [fibre], share: weighted, weights: { fibre: 3 } }
          - { links: [lte] }
          fallback: none
          onNoLink: drop
          onLinkDown: { tcp: drain, udp: drain }
          failback: { mode: never }
          tag: { dscp: af31, sourcePorts: 32000-33999 }
        """;

    [Fact]
    public void Reads_every_field_of_a_link()
    {
        WanLink link = Read(Whole).Links[0];

        var expected = new WanLink
        {
            Name = "fibre",
            Device = "enp0s8",
            NextHops = [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")],
            Addressing = AddressingKind.Preserved,
            Transport = LinkTransport.Private,
            Billing = LinkBilling.Usage,
            Capacity = new LinkCapacity(200_000_000, 1_500_000_000),
            Probes =
            [
                new ProbeDefinition
                {
                    Targets = [IPAddress.Parse("9.9.9.9"), IPAddress.Parse("1.1.1.1")],
                    Interval = TimeSpan.FromMilliseconds(100),
                    Timeout = TimeSpan.FromSeconds(1),
                    Lost = 4,
                    Quorum = 2,
                },
            ],
            Recovery = new LinkRecovery
            {
                Good = 5,
                HoldDown = TimeSpan.FromSeconds(3),
                HalfLife = TimeSpan.FromSeconds(30),
                MaxHoldDown = TimeSpan.FromMinutes(5),
            },
        };
        Assert.Equal(expected, link);
        Assert.NotEqual(expected with { NextHops = [] }, link);
    }

    [Fact]
    public void Reads_the_far_end_of_a_paired_link()
    {
        WanLink link = Read(
            "apiVersion: wan.clovisor.io/v1alpha1\nkind: WanLink\nmetadata: { name: x }\nspec:\n  device: eth0\n  addressing: paired\n  peer: { name: cloud, addresses: [192.0.2.1, \"2001:db8::1\"] }\n").Links[0];

        Assert.Equal((AddressingKind.Paired, "cloud"), (link.Addressing, link.Peer));
        Assert.Equal([IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")], link.PeerAddresses);
        Assert.NotEqual(link, link with { PeerAddresses = [] });
        Assert.NotEqual(link, link with { Peer = "other" });
    }

    [Theory]
    [InlineData("auto", null)]
    [InlineData("off", 0)]
    [InlineData("\"off\"", 0)]
    [InlineData("1400", 1400)]
    public void Reads_the_segment_size_of_a_link(string written, int? bytes)
    {
        WanLink link = Read($"apiVersion: wan.clovisor.io/v1alpha1\nkind: WanLink\nmetadata: {{ name: x }}\nspec: {{ device: eth0, mssClamp: {written} }}\n").Links[0];

        Assert.Equal(bytes, link.MssClamp);
        Assert.NotEqual(link, link with { MssClamp = 1300 });
    }

    [Theory]
    [InlineData("{ targets: [9.9.9.9] }", 250, 1000)]
    [InlineData("{ kind: tcp, port: 443, targets: [9.9.9.9] }", 5000, 3000)]
    [InlineData("{ kind: http, targets: [9.9.9.9], interval: 1s, timeout: 500ms }", 1000, 500)]
    public void What_costs_its_target_more_is_asked_less_often(string probe, int interval, int timeout)
    {
        ProbeDefinition read = Read($"apiVersion: wan.clovisor.io/v1alpha1\nkind: WanLink\nmetadata: {{ name: x }}\nspec: {{ device: eth0, probes: [{probe}] }}\n").Links[0].Probes[0];
        Assert.Equal((interval, timeout), (read.Interval.TotalMilliseconds, read.Timeout.TotalMilliseconds));
    }

    [Fact]
    public void Fields_that_are_missing_have_their_defaults() =>
        Assert.Equal(new WanLink { Name = "lte", Device = "wwan0", Role = LinkRole.Backup }, Read(Whole).Links[1]);

    [Fact]
    public void Reads_every_field_of_an_SLA_class()
    {
        SlaClass sla = Assert.Single(Read(Whole).SlaClasses);

        Assert.Equal(
            new SlaClass
            {
                Name = "voice",
                Loss = new SlaLimit<double>(0.02, 0.01),
                Latency = new SlaLimit<TimeSpan>(TimeSpan.FromMilliseconds(150), TimeSpan.FromMilliseconds(120)),
                Jitter = new SlaLimit<TimeSpan>(TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(24)),
                Window = TimeSpan.FromSeconds(20),
            },
            sla);
    }

    [Fact]
    public void Reads_every_field_of_an_association()
    {
        WanAssociation association = Assert.Single(Read(Whole).Associations);

        Assert.Equal(["shop/httpbin/payments", "HTTPRoute:shop/web/#0"], association.MeshRoutes.Select(static route => route.ToString()));
        Assert.Equal([46, 12], association.Dscps.Select(static dscp => (int)dscp));
        Assert.Equal(26, association.TagDscp!.Value);
        Assert.Equal(new PortRange(32000, 33999), association.TagSourcePorts);
        Assert.Equal([new WeightedLink("fibre", 3)], association.Tiers[0].Links);
        Assert.Equal([new WeightedLink("lte", 1)], association.Tiers[1].Links);
        Assert.Equal("voice", association.Sla);
        Assert.Equal(
            (SlaFallback.None, NoLinkAction.Drop, LinkDownAction.Drain, LinkDownAction.Drain, FailbackMode.Never),
            (association.Fallback, association.OnNoLink, association.TcpOnLinkDown, association.UdpOnLinkDown, association.Failback));
        Assert.Equal(new LinkCriteria(), association.Criteria);
    }

    [Fact]
    public void The_association_that_names_a_route_the_closest_is_found()
    {
        WanConfiguration configuration = Read("""
            apiVersion: wan.clovisor.io/v1alpha1
            kind: WanLink
            metadata: { name: fibre }
            spec: { device: eth0 }
            ---
            apiVersion: wan.clovisor.io/v1alpha1
            kind: WanAssociation
            metadata: { name: any }
            spec: { match: { meshRoute: shop/httpbin/* }, tiers: [{ links: fibre }] }
            ---
            apiVersion: wan.clovisor.io/v1alpha1
            kind: WanAssociation
            metadata: { name: payments }
            spec: { match: { meshRoute: shop/httpbin/payments }, tiers: [{ links: [fibre] }] }
            """);

        Assert.Equal("payments", configuration.FindAssociation(new MeshRoute(MeshRouteKind.VirtualService, "shop", "httpbin", 0, "payments"))!.Name);
        Assert.Equal("any", configuration.FindAssociation(new MeshRoute(MeshRouteKind.VirtualService, "shop", "httpbin", 1, "search"))!.Name);
        Assert.Null(configuration.FindAssociation(new MeshRoute(MeshRouteKind.VirtualService, "shop", "other", 0)));
    }

    [Fact]
    public void Objects_refer_to_objects_of_other_texts()
    {
        string[] documents = Whole.Split("---\n");

        ConfigurationResult result = WanConfigurationReader.Read(
            [.. documents.Reverse().Select(static (text, position) => new ConfigurationText($"{position}.yaml", text))]);

        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        Assert.Equal(2, result.Configuration.Links.Length);
    }

    [Fact]
    public void Aliases_stand_for_what_their_anchor_names()
    {
        WanConfiguration configuration = Read("""
            apiVersion: wan.clovisor.io/v1alpha1
            kind: WanLink
            metadata: { name: a }
            spec:
              device: eth0
              probes:
              - { targets: &targets [9.9.9.9], interval: 1s }
              - { targets: *targets, interval: 2s }
            """);

        Assert.Equal([IPAddress.Parse("9.9.9.9")], configuration.Links[0].Probes[1].Targets.AsEnumerable());
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n---\n")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\n")]
    public void A_text_without_our_documents_is_an_empty_configuration(string text) => Assert.Empty(Read(text).Links);

    [Fact]
    public void The_configuration_in_the_README_is_valid()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Clovisor.sln")))
        {
            root = root.Parent;
        }

        string readme = File.ReadAllText(Path.Combine(root!.FullName, "src", "Clovisor.Wan", "README.md"));
        int start = readme.IndexOf("```yaml\n", StringComparison.Ordinal) + 8;

        WanConfiguration configuration = Read(readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)]);

        Assert.Equal((3, 1, 1), (configuration.Links.Length, configuration.SlaClasses.Length, configuration.Associations.Length));
    }

    private static WanConfiguration Read(string text)
    {
        ConfigurationResult result = WanConfigurationReader.Read(new ConfigurationText("wan.yaml", text));
        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        return result.Configuration;
    }

    [Fact]
    public void Probes_of_every_kind_are_read_with_their_own_fields()
    {
        ConfigurationResult result = WanConfigurationReader.Read([new ConfigurationText("probes.yaml", """
            apiVersion: wan.clovisor.io/v1alpha1
            kind: WanLink
            metadata: { name: fibre }
            spec:
              device: eth1
              probes:
              - { kind: tcp, targets: [9.9.9.9], port: 853, dscp: ef }
              - { kind: http, targets: [192.0.2.1], host: portal.example, path: /health, status: 204, body: fine, port: 8080 }
              - { kind: https, targets: [192.0.2.1], host: portal.example, verifyCertificate: "no" }
              - { kind: dns, targets: [9.9.9.9], query: example.org }
            """)]);

        Assert.True(result.IsValid, string.Join('\n', result.Errors));
        Assert.Equal(
            [
                new ProbeDefinition { Kind = ProbeKind.Tcp, Targets = [IPAddress.Parse("9.9.9.9")], Port = 853, Dscp = 46 },
                new ProbeDefinition { Kind = ProbeKind.Http, Targets = [IPAddress.Parse("192.0.2.1")], Host = "portal.example", Path = "/health", Status = 204, Body = "fine", Port = 8080 },
                new ProbeDefinition { Kind = ProbeKind.Https, Targets = [IPAddress.Parse("192.0.2.1")], Host = "portal.example", VerifyCertificate = false },
                new ProbeDefinition { Kind = ProbeKind.Dns, Targets = [IPAddress.Parse("9.9.9.9")], Query = "example.org" },
            ],
            result.Configuration.Links[0].Probes);
    }
}
