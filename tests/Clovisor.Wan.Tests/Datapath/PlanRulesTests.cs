using System.Net;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

public sealed class PlanRulesTests
{
    [Fact]
    public void Accepts_a_plan_without_links_or_associations() =>
        PlanRules.Require(new DatapathPlan { Links = [], Associations = [] }, []);

    [Fact]
    public void Lists_everything_that_is_wrong_at_once()
    {
        var plan = new DatapathPlan
        {
            Links =
            [
                Link("wan0") with { InterfaceIndex = 0 },
                Link("wan0") with { NextHopV4 = null },
                Link(new string('x', 64)) with { SourceV4 = null },
                Link("wan3") with { NextHopV4 = IPAddress.IPv6Loopback, MssClamp = 535 },
            ],
            Associations = [new DatapathAssociation { Name = "", UdpOnLinkDown = LinkDownAction.Reset, Links = [0, 4] }],
            LanInterfaces = [0, 12, 12, 7],
            Tags = [new DscpTag(64, 0), new DscpTag(1, 1), new DscpTag(1, 0)],
            PortTags = [Ports(32000, 32010, 0), Ports(60990, 61100, 0), Ports(2000, 2999, 1), Ports(2500, 3500, 0), Ports(80, 900, 0), Ports(5000, 4000, 0)],
        };

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => PlanRules.Require(plan, [.. WanLab.AllSlots(4), 0]));

        Assert.All(
            new[]
            {
                "0 is no interface index", "'wan0' occurs twice", "next hop of neither family", "from 1 to 63 bytes", "no IPv4 source",
                "is not an IPv4 address", "a segment size of 535", "the links 0, 4 of 4", "are on one device", "only TCP can be reset", "the tag 64", "association 1 of 1", "the tag 1 occurs 2 times",
                "slots, not 65", "LAN device has index 0", "index 12 is named 2 times", "(index 7) is a LAN device too", "32000-32010 has 11 port(s)",
                "60990-61100 is out of range", "2000-2999 name association 1 of 1", "2000-2999 and 2500-3500 overlap", "80-900 is out of range", "5000-4000 is out of range", "slot 0 names link 4 of 4",
            },
            fault => Assert.Contains(fault, refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Refuses_a_tag_that_the_mask_hides()
    {
        var plan = new DatapathPlan { Links = [], Associations = [new DatapathAssociation { Name = "a" }], Tags = [new DscpTag(46, 0), new DscpTag(40, 0)] };

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => PlanRules.RequireVisible(plan, 0b111000));

        Assert.Contains("the tag 46 has bits outside of DscpMask 56", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("the tag 40", refusal.Message, StringComparison.Ordinal);
    }

    private static PortTag Ports(ushort first, ushort last, int association) => new(new PortRange(first, last), association);

    [Fact]
    public void Accepts_a_preserved_link_without_a_source() =>
        PlanRules.Require(
            new DatapathPlan { Links = [Link("wan0") with { Addressing = AddressingKind.Preserved, SourceV4 = null }], Associations = [] }, []);

    [Fact]
    public void Refuses_pairs_that_cannot_be_told_apart_and_lists_them()
    {
        DatapathLink paired = Link("wan0") with { Addressing = AddressingKind.Paired, Peer = "cloud", PeerV4 = IPAddress.Parse("192.0.2.9") };
        DatapathLink[] links =
        [
            paired,
            paired with { Name = "wan1", InterfaceIndex = 8 },
            paired with { Name = "wan2", InterfaceIndex = 9, PeerV4 = null },
            paired with { Name = "wan3", InterfaceIndex = 10, Peer = null, PeerV4 = IPAddress.Parse("2001:db8::1") },
            paired with { Name = "wan4", InterfaceIndex = 11, Addressing = AddressingKind.Translated, PeerV4 = IPAddress.Parse("192.0.2.10") },
            paired with { Name = "wan5", InterfaceIndex = 12, SourceV4 = null, PeerV4 = IPAddress.Parse("192.0.2.11") },
        ];

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => PlanRules.Require(new DatapathPlan { Links = [.. links], Associations = [] }, []));

        Assert.All(
            new[]
            {
                "links 'wan0', 'wan1' have the same peer address 192.0.2.9", "link 'wan2' is paired, and has no peer address", "link 'wan3' is paired: its peer's name must have",
                "the peer 2001:db8::1 is not an IPv4 address", "link 'wan4' has a peer, and is not paired", "link 'wan5' translates and has an IPv4 next hop, but no IPv4 source",
            },
            fault => Assert.Contains(fault, refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Refuses_more_links_than_the_maps_hold()
    {
        DatapathLink[] links = [.. Enumerable.Range(1, 17).Select(index => Link($"wan{index}") with { InterfaceIndex = index })];

        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => PlanRules.Require(new DatapathPlan { Links = [.. links], Associations = [] }, []));

        Assert.Contains("17 links", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_settings_that_cannot_be_and_lists_them()
    {
        var settings = new WanDatapathSettings
        {
            PinDirectory = "here", MaxSessions = 0, UdpIdle = TimeSpan.Zero, SweepInterval = TimeSpan.FromSeconds(-5),
        };

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => BpfWanDatapath.Start(settings));

        Assert.All(
            new[] { "PinDirectory 'here'", "MaxSessions 0", "UdpIdle", "SweepInterval" },
            fault => Assert.Contains(fault, refusal.Message, StringComparison.Ordinal));
    }

    private static DatapathLink Link(string name) => new()
    {
        Name = name,
        InterfaceIndex = 7,
        Addressing = AddressingKind.Translated,
        NextHopV4 = IPAddress.Parse("192.0.2.1"),
        SourceV4 = IPAddress.Parse("192.0.2.2"),
        Usable = true,
    };
}
