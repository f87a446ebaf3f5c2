using System.Collections.Immutable;
using System.Net;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Links;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Tests.Configuration;

public sealed class ConfigurationBuilderTests
{
    private const string Yaml = """
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanLink
        metadata: { name: mpls }
        spec: { device: eth1, transport: private, capacity: { up: 50M, down: 100M } }
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanLink
        metadata: { name: overlay }
        spec: { device: wg0, over: mpls, encrypted: "yes", internetBreakout: "no", transport: private, capacity: { up: 20M, down: 20M } }
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: SlaClass
        metadata: { name: voice }
        spec: { loss: { enter: 4%, leave: 2% } }
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: { name: calls }
        spec:
          match:
            meshRoute: default/phone/calls
            flows:
            - { users: [boss], headers: { x-class: gold }, sources: [10.1.0.0/16], destinations: [203.0.113.7], ports: [443, 8000-8099], protocols: [tcp], namespaces: [shop], pods: ["cart-*"], sni: ["*.example.org"] }
            dscp: [ef]
          criteria: { publicPrivate: private-only, encryption: encrypted-only, internetBreakout: "no", bandwidth: { up: 10M, down: 10M } }
          sla: voice
          tiers:
          - { links: [mpls, overlay], weights: { mpls: 3 } }
          onBrownout: move
          failback: { mode: drain, resetAfter: 30m }
          sticky: header:x-user
        """;

    [Fact]
    public void Yaml_and_the_builder_say_the_same()
    {
        ConfigurationResult read = WanConfigurationReader.Read(new ConfigurationText("a.yaml", Yaml));
        Assert.True(read.IsValid, string.Join('\n', read.Errors));
        WanConfiguration built = new WanConfigurationBuilder()
            .AddLink("mpls", "eth1", static link => link with { Transport = LinkTransport.Private, Capacity = new LinkCapacity(50_000_000, 100_000_000) })
            .AddLink("overlay", "wg0", static link => link with
            {
                Over = "mpls",
                Encrypted = true,
                InternetBreakout = false,
                Transport = LinkTransport.Private,
                Capacity = new LinkCapacity(20_000_000, 20_000_000),
            })
            .AddSlaClass("voice", static sla => sla with { Loss = new SlaLimit<double>(0.04, 0.02) })
            .AddAssociation("calls", static calls => calls
                .MatchMeshRoute("default/phone/calls")
                .MatchFlow(static flow => flow with
                {
                    Users = ["boss"],
                    Headers = [new HeaderMatch("x-class", "gold")],
                    Sources = [IPNetwork.Parse("10.1.0.0/16")],
                    Destinations = [IPNetwork.Parse("203.0.113.7/32")],
                    Ports = [new PortRange(443, 443), new PortRange(8000, 8099)],
                    Protocols = [6],
                    Namespaces = ["shop"],
                    Pods = ["cart-*"],
                    ServerNames = ["*.example.org"],
                })
                .MatchDscp(46)
                .Require("voice")
                .Require(static criteria => criteria with
                {
                    PrivateOnly = true,
                    EncryptedOnly = true,
                    InternetBreakout = BreakoutCriterion.No,
                    Bandwidth = new LinkCapacity(10_000_000, 10_000_000),
                })
                .UseWeightedTier(("mpls", 3), ("overlay", 1))
                .With(static association => association with
                {
                    OnBrownout = BrownoutAction.Move,
                    ResetAfter = TimeSpan.FromMinutes(30),
                    Sticky = new StickyKey(StickyKind.Header, "x-user"),
                }))
            .BuildOrThrow();

        Assert.Equal(read.Configuration.Links, built.Links);
        Assert.Equal(read.Configuration.SlaClasses, built.SlaClasses);
        WanAssociation left = read.Configuration.Associations.Single(), right = built.Associations.Single();
        Assert.Equal(left.Flows, right.Flows);
        Assert.Equal(left.Tiers.Single().Links, right.Tiers.Single().Links);
        Assert.Equal(left.MeshRoutes, right.MeshRoutes);
        Assert.Equal((left.Criteria, left.Sla, left.OnBrownout, left.ResetAfter, left.Sticky), (right.Criteria, right.Sla, right.OnBrownout, right.ResetAfter, right.Sticky));
    }

    [Fact]
    public void The_builder_lists_every_error_by_the_codes_of_yaml()
    {
        ConfigurationResult result = new WanConfigurationBuilder()
            .AddLink("fibre", "lo")
            .AddAssociation("calls", static calls => calls.MatchMeshRoute("phone").UseTier("fiber"))
            .AddAssociation("none", static none => none.UseTier("fibre"))
            .Build();

        Assert.Equal(
            [
                ("WanAssociation/calls", "spec.match.meshRoute[0]", ConfigurationErrorCodes.MalformedValue),
                ("WanLink/fibre", "spec.device", ConfigurationErrorCodes.Contradiction),
                ("WanAssociation/calls", "spec.tiers[0].links[0]", ConfigurationErrorCodes.UnknownReference),
                ("WanAssociation/none", "spec.match", ConfigurationErrorCodes.EmptyMatch),
            ],
            result.Errors.Select(static error => (error.Subject, error.Path, error.Code)));
        Assert.Throws<ConfigurationException>(() => new WanConfigurationBuilder().AddLink("a", "").BuildOrThrow());
    }

    [Fact]
    public void Tunnels_that_carry_one_another_are_refused()
    {
        ConfigurationResult result = new WanConfigurationBuilder()
            .AddLink("a", "wg0", static link => link with { Over = "b" })
            .AddLink("b", "wg1", static link => link with { Over = "a" })
            .AddLink("c", "wg2", static link => link with { Over = "a" })
            .Build();

        Assert.Equal(
            ["the link is carried by itself: a over b over a. Let one of them stand by itself.", "the link is carried by itself: b over a over b. Let one of them stand by itself."],
            result.Errors.Select(static error => error.Message));
    }

    [Fact]
    public void Far_ends_that_cannot_be_told_apart_are_refused()
    {
        ImmutableArray<IPAddress> far = [IPAddress.Parse("192.0.2.1")];
        ConfigurationResult result = new WanConfigurationBuilder()
            .AddLink("a", "eth0", link => link with { Addressing = AddressingKind.Paired, Peer = "cloud", PeerAddresses = far })
            .AddLink("b", "eth1", link => link with { Addressing = AddressingKind.Paired, Peer = "cloud", PeerAddresses = far })
            .Build();

        ConfigurationError error = Assert.Single(result.Errors);
        Assert.Equal(("spec.peer.addresses[0]", ConfigurationErrorCodes.Contradiction), (error.Path, error.Code));
        Assert.StartsWith("192.0.2.1 is the far end's address on link 'a' too.", error.Message, StringComparison.Ordinal);
    }
}
