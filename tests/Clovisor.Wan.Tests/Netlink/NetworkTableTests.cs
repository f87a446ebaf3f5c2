using System.Net;
using System.Net.Sockets;
using Clovisor.Wan.Links;
using Clovisor.Wan.Netlink;
using CsCheck;

namespace Clovisor.Wan.Tests.Netlink;

public sealed class NetworkTableTests
{
    private readonly RecordedNetwork _network = new();

    [Fact]
    public void The_source_is_a_usable_global_address_and_primary_before_secondary()
    {
        _network.Link(2, "eth0");
        _network.Address(2, "10.0.0.9", flags: 0x01);
        _network.Address(2, "10.0.0.1");
        _network.Address(2, "169.254.0.1", scope: 253);
        _network.Address(2, "2001:db8::1", flags: 0x40);
        _network.Address(2, "2001:db8::2", flags: 0x20);
        _network.Address(2, "fe80::1", scope: 253);

        Assert.Equal(IPAddress.Parse("10.0.0.1"), _network.Table.SourceOn(2, AddressFamily.InterNetwork));
        Assert.Null(_network.Table.SourceOn(2, AddressFamily.InterNetworkV6));
        Assert.Null(_network.Table.SourceOn(3, AddressFamily.InterNetwork));

        _network.Address(2, "2001:db8::1");
        Assert.Equal(IPAddress.Parse("2001:db8::1"), _network.Table.SourceOn(2, AddressFamily.InterNetworkV6));
    }

    [Fact]
    public void The_default_router_is_that_of_the_lowest_metric_in_the_main_table()
    {
        _network.DefaultRoute(2, "10.0.0.2", metric: 200);
        _network.DefaultRoute(2, "10.0.0.3", metric: 100);
        _network.DefaultRoute(2, "10.0.0.4", metric: 1, table: 7);
        _network.DefaultRoute(3, "10.0.1.2");

        Assert.Equal(IPAddress.Parse("10.0.0.3"), _network.Table.DefaultRouterOn(2, AddressFamily.InterNetwork));
        Assert.True(_network.DefaultRoute(2, "10.0.0.3", metric: 100, gone: true));
        Assert.Equal(IPAddress.Parse("10.0.0.2"), _network.Table.DefaultRouterOn(2, AddressFamily.InterNetwork));
        Assert.Null(_network.Table.DefaultRouterOn(2, AddressFamily.InterNetworkV6));
    }

    [Fact]
    public void A_route_that_is_replaced_is_gone_without_a_message_of_its_own()
    {
        _network.DefaultRoute(2, "10.0.0.2");
        _network.DefaultRoute(3, "10.0.1.2", flags: Rtnetlink.NLM_F_REPLACE);

        Assert.Null(_network.Table.DefaultRouterOn(2, AddressFamily.InterNetwork));
        Assert.Equal(IPAddress.Parse("10.0.1.2"), _network.Table.DefaultRouterOn(3, AddressFamily.InterNetwork));
    }

    [Fact]
    public void Each_hop_of_a_multipath_route_is_the_router_of_its_device()
    {
        _network.MultipathDefault((2, "10.0.0.2"), (3, "10.0.1.2"));

        Assert.Equal(IPAddress.Parse("10.0.0.2"), _network.Table.DefaultRouterOn(2, AddressFamily.InterNetwork));
        Assert.Equal(IPAddress.Parse("10.0.1.2"), _network.Table.DefaultRouterOn(3, AddressFamily.InterNetwork));
    }

    [Fact]
    public void A_device_that_goes_takes_its_addresses_routes_and_neighbours_along()
    {
        _network.Link(2, "eth0");
        _network.Address(2, "10.0.0.1");
        _network.DefaultRoute(2, "10.0.0.2");
        _network.Neighbour(2, "10.0.0.2", Rtnetlink.NUD_FAILED);

        Assert.True(_network.LinkGone(2));
        Assert.Null(_network.Table.FindDevice("eth0"));
        Assert.Null(_network.Table.SourceOn(2, AddressFamily.InterNetwork));
        Assert.Null(_network.Table.DefaultRouterOn(2, AddressFamily.InterNetwork));
        Assert.False(_network.Table.KnowsNeighbour(2, IPAddress.Parse("10.0.0.2")));
    }

    [Fact]
    public void Routes_are_stale_after_a_device_went_down_or_lost_an_address()
    {
        _network.Link(2, "eth0");
        _network.Link(2, "eth0", carrier: false);
        Assert.False(_network.Table.RoutesAreStale);
        _network.Link(2, "eth0", up: false);
        Assert.True(_network.Table.RoutesAreStale);
        _network.Table.ClearRoutes();
        _network.Address(2, "10.0.0.1", gone: true);
        Assert.True(_network.Table.RoutesAreStale);
    }

    [Fact]
    public void A_message_that_says_nothing_new_changes_nothing()
    {
        Assert.True(_network.Link(2, "eth0"));
        Assert.False(_network.Link(2, "eth0"));
        Assert.True(_network.Address(2, "10.0.0.1"));
        Assert.False(_network.Address(2, "10.0.0.1"));
        Assert.True(_network.DefaultRoute(2, "10.0.0.2"));
        Assert.False(_network.DefaultRoute(2, "10.0.0.2"));
        Assert.True(_network.Neighbour(2, "10.0.0.2", 2));
        Assert.False(_network.Neighbour(2, "10.0.0.2", 2));
    }

    // Whatever bytes come, reading ends and does not throw.
    [Fact]
    public void Any_bytes_are_read_without_an_exception() =>
        Gen.Select(Gen.UShort[16, 30], Gen.Byte.Array[0, 200]).Sample((type, bytes) =>
        {
            new RecordedNetwork().Take(type, bytes);
            ReadOnlySpan<byte> rest = bytes;
            while (NetlinkMessage.TryCut(ref rest, out _))
            {
            }
        });

    [Theory]
    [InlineData("absent", LinkState.Absent, "there is no network device 'eth0' in this network namespace")]
    [InlineData("down", LinkState.AdminDown, "'eth0' is set down; 'ip link set eth0 up' sets it up")]
    [InlineData("no carrier", LinkState.NoCarrier, "'eth0' has no carrier")]
    [InlineData("dormant", LinkState.NoCarrier, "'eth0' has no carrier")]
    [InlineData("no address", LinkState.NoAddress, "'eth0' has no IPv4 address; 'eth0' has no IPv6 address")]
    [InlineData("no route", LinkState.NoAddress, "no IPv4 next hop: there is no default route by 'eth0'; add one or write nextHop; 'eth0' has no IPv6 address")]
    [InlineData("failed neighbour", LinkState.Down, "next hop 10.0.0.2 on 'eth0' does not answer (neighbour entry FAILED)")]
    [InlineData("ready", null, "")]
    public void A_link_says_what_its_device_lacks(string situation, LinkState? obstacle, string reason)
    {
        if (situation != "absent")
        {
            _network.Link(2, "eth0", situation != "down", situation != "no carrier", situation == "dormant" ? (byte)5 : (byte)6);
        }

        if (situation is not "no address")
        {
            _network.Address(2, "10.0.0.1");
        }

        if (situation is not ("no route" or "no address"))
        {
            _network.DefaultRoute(2, "10.0.0.2");
        }

        if (situation == "failed neighbour")
        {
            _network.Neighbour(2, "10.0.0.2", Rtnetlink.NUD_FAILED);
        }

        LinkPath path = LinkPath.Find(new WanLink { Name = "fibre", Device = "eth0" }, _network.Table);

        Assert.Equal((obstacle, reason), (path.Obstacle, path.Reason));
    }

    [Fact]
    public void A_device_that_resolves_no_neighbours_needs_no_router()
    {
        _network.Link(2, "wg0", resolves: false);
        _network.Address(2, "10.0.0.1");
        var link = new WanLink { Name = "tunnel", Device = "wg0" };

        LinkPath path = LinkPath.Find(link, _network.Table);
        Assert.Null(path.Obstacle);
        Assert.Equal(IPAddress.Parse("10.0.0.1"), path.NextHopV4);

        _network.DefaultRoute(2, "10.0.0.2");
        Assert.Equal(IPAddress.Parse("10.0.0.2"), LinkPath.Find(link, _network.Table).NextHopV4);
    }

    [Fact]
    public void A_next_hop_of_one_family_leaves_the_other_without_one()
    {
        _network.Link(2, "eth0");
        _network.Address(2, "10.0.0.1");
        _network.Address(2, "2001:db8::2");
        _network.DefaultRoute(2, "2001:db8::1");

        LinkPath path = LinkPath.Find(new WanLink { Name = "fibre", Device = "eth0", NextHops = [IPAddress.Parse("10.0.0.2")] }, _network.Table);

        Assert.Equal((IPAddress.Parse("10.0.0.2"), null, null), (path.NextHopV4, path.NextHopV6, path.Obstacle));
    }

    [Fact]
    public void An_address_that_is_not_on_the_device_is_no_source()
    {
        _network.Link(2, "eth0");
        _network.Address(2, "10.0.0.1");
        _network.DefaultRoute(2, "10.0.0.2");
        var link = new WanLink { Name = "fibre", Device = "eth0", Addresses = [IPAddress.Parse("10.0.0.7")] };

        LinkPath path = LinkPath.Find(link, _network.Table);

        Assert.Equal(LinkState.NoAddress, path.Obstacle);
        Assert.StartsWith("address 10.0.0.7 is not on 'eth0'", path.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_preserves_addresses_needs_none_of_its_own()
    {
        _network.Link(2, "eth0");
        var link = new WanLink
        {
            Name = "mpls",
            Device = "eth0",
            Addressing = AddressingKind.Preserved,
            NextHops = [IPAddress.Parse("10.0.0.2")],
        };

        Assert.Null(LinkPath.Find(link, _network.Table).Obstacle);
    }
}
