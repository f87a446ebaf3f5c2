using System.Net;
using Clovisor.Wan.Associations;

namespace Clovisor.Wan.Tests.Associations;

public sealed class AssociationClassifierTests
{
    private static readonly MeshRoute Calls = new(MeshRouteKind.VirtualService, "default", "phone", 0, "calls");

    private static readonly SessionFacts Session = new()
    {
        Source = IPEndPoint.Parse("10.1.2.3:40000"),
        Destination = IPEndPoint.Parse("203.0.113.7:443"),
        Protocol = 6,
        Dscp = 46,
        User = "minion",
        Headers = new Dictionary<string, string> { ["X-Class"] = "gold-7" },
        Namespace = "shop",
        Pod = "cart-7f9c-x2",
        ServerName = "pay.example.org",
    };

    [Theory]
    [InlineData(33000, "ports", MatchKind.SourcePort, "source port 33000")]
    [InlineData(34999, "ports", MatchKind.SourcePort, "source port 34999")]
    [InlineData(32999, "dscp", MatchKind.Dscp, "DSCP 46")]
    [InlineData(35000, "dscp", MatchKind.Dscp, "DSCP 46")]
    public void A_source_port_goes_before_a_DSCP_as_in_the_datapath(int port, string name, MatchKind kind, string text)
    {
        var classifier = new AssociationClassifier(
            [Association("dscp") with { Dscps = [46] }, Association("ports") with { TagSourcePorts = new PortRange(33000, 34999) }]);

        Assert.Equal((name, kind, text), Of(classifier.Classify(new SessionFacts { Source = new IPEndPoint(IPAddress.Loopback, port), Dscp = 46 })));
    }

    [Fact]
    public void What_the_mesh_said_goes_before_what_a_flow_says_and_that_before_the_code_point()
    {
        var classifier = new AssociationClassifier(
        [
            Association("dscp") with { Dscps = [46] },
            Association("flow") with { Flows = [new FlowMatch { Users = ["minion"] }] },
            Association("mesh") with { MeshRoutes = [MeshRouteReference.Parse("default/phone/calls")] },
        ]);

        Assert.Equal(("mesh", MatchKind.MeshRoute, "default/phone/calls"), Of(classifier.Classify(Session with { Route = Calls })));
        Assert.Equal(("flow", MatchKind.Flow, "users=minion"), Of(classifier.Classify(Session)));
        Assert.Equal(("dscp", MatchKind.Dscp, "DSCP 46"), Of(classifier.Classify(Session with { User = null })));
        Assert.Null(classifier.Classify(Session with { User = null, Dscp = 0 }));
    }

    [Fact]
    public void The_closest_reference_to_a_mesh_route_has_it()
    {
        var classifier = new AssociationClassifier(
        [
            Association("any") with { MeshRoutes = [MeshRouteReference.Parse("default/phone/*")] },
            Association("one") with { MeshRoutes = [MeshRouteReference.Parse("default/phone/calls")] },
        ]);

        Assert.Equal("one", classifier.Classify(Session with { Route = Calls })!.Association.Name);
        Assert.Equal("any", classifier.Classify(Session with { Route = Calls with { RouteName = "texts" } })!.Association.Name);
    }

    [Fact]
    public void Of_two_flows_the_one_with_more_fields_then_with_longer_prefixes_then_the_earlier_one_has_the_session()
    {
        FlowMatch wide = new() { Destinations = [IPNetwork.Parse("203.0.0.0/16")] };
        FlowMatch narrow = new() { Destinations = [IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("0.0.0.0/0")] };
        FlowMatch both = wide with { Ports = [new PortRange(443, 443)] };

        Assert.Equal("b", Winner(wide, narrow));
        Assert.Equal("b", Winner(narrow, both));
        Assert.Equal("a", Winner(new FlowMatch { Users = ["minion"] }, new FlowMatch { Namespaces = ["shop"] }));

        static string Winner(FlowMatch a, FlowMatch b) =>
            new AssociationClassifier([Association("a") with { Flows = [a] }, Association("b") with { Flows = [b] }]).Classify(Session)!.Association.Name;
    }

    public static TheoryData<string, bool, FlowMatch> Flows => new()
    {
        { "user", true, new FlowMatch { Users = ["boss", "minion"] } },
        { "other user", false, new FlowMatch { Users = ["boss"] } },
        { "header, any case, prefix", true, new FlowMatch { Headers = [new HeaderMatch("x-class", "gold*")] } },
        { "header there", true, new FlowMatch { Headers = [new HeaderMatch("x-class", "*")] } },
        { "header value", false, new FlowMatch { Headers = [new HeaderMatch("x-class", "gold")] } },
        { "every header", false, new FlowMatch { Headers = [new HeaderMatch("x-class", "*"), new HeaderMatch("x-other", "*")] } },
        { "source", true, new FlowMatch { Sources = [IPNetwork.Parse("10.0.0.0/8")] } },
        { "source elsewhere", false, new FlowMatch { Sources = [IPNetwork.Parse("192.168.0.0/16")] } },
        { "port range", true, new FlowMatch { Ports = [new PortRange(80, 80), new PortRange(440, 449)] } },
        { "port outside", false, new FlowMatch { Ports = [new PortRange(444, 449)] } },
        { "protocol", true, new FlowMatch { Protocols = [17, 6] } },
        { "other protocol", false, new FlowMatch { Protocols = [17] } },
        { "namespace", true, new FlowMatch { Namespaces = ["shop"] } },
        { "pod prefix", true, new FlowMatch { Pods = ["cart-*"] } },
        { "pod exact", false, new FlowMatch { Pods = ["cart"] } },
        { "server below a domain", true, new FlowMatch { ServerNames = ["*.EXAMPLE.org"] } },
        { "server itself", true, new FlowMatch { ServerNames = ["pay.example.org"] } },
        { "a domain is not below itself", false, new FlowMatch { ServerNames = ["*.pay.example.org"] } },
        { "a suffix is no domain", false, new FlowMatch { ServerNames = ["*.ample.org"] } },
        { "both hold", true, new FlowMatch { Users = ["minion"], Protocols = [6] } },
        { "one fails", false, new FlowMatch { Users = ["minion"], Protocols = [17] } },
    };

    [Theory]
    [MemberData(nameof(Flows))]
    public void A_flow_means_sessions_by_every_field_that_it_names(string what, bool meant, FlowMatch flow)
    {
        Assert.True(flow.Matches(Session, out _) == meant, what);
        Assert.False(flow.Matches(new SessionFacts(), out _), $"{what}: what is not known fulfils nothing");
    }

    [Fact]
    public void An_IPv4_address_in_IPv6_form_is_in_its_IPv4_network()
    {
        var flow = new FlowMatch { Sources = [IPNetwork.Parse("10.0.0.0/8")] };

        Assert.True(flow.Matches(new SessionFacts { Source = new IPEndPoint(IPAddress.Parse("::ffff:10.1.2.3"), 1) }, out int bits));
        Assert.Equal(8, bits);
    }

    [Fact]
    public void Sessions_with_one_sticky_key_fall_into_one_slot_and_keys_spread_over_all()
    {
        var byUser = new StickyKey(StickyKind.User);
        Assert.Equal(byUser.SlotOf(Session), byUser.SlotOf(Session with { Source = IPEndPoint.Parse("10.9.9.9:1"), Dscp = 1 }));
        Assert.Null(byUser.SlotOf(Session with { User = null }));
        Assert.Null(default(StickyKey).SlotOf(Session));
        Assert.Equal(new StickyKey(StickyKind.Header, "x-CLASS").SlotOf(Session), new StickyKey(StickyKind.Header, "X-Class").SlotOf(Session));

        var seen = Enumerable.Range(0, 10_000).GroupBy(i => byUser.SlotOf(Session with { User = $"user-{i}" })!.Value).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(64, seen.Count);
        Assert.InRange(seen.Values.Max(), 120, 220);
    }

    private static WanAssociation Association(string name) => new() { Name = name, Tiers = [LinkTier.Of("fibre")] };

    private static (string, MatchKind, string) Of(AssociationMatch? match) => (match!.Association.Name, match.Kind, match.Match);
}
