using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Links;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Tests.Steering;

public sealed class TunnelAndSettlingTests
{
    [Fact]
    public void A_tunnel_goes_down_and_comes_back_with_the_link_beneath_it()
    {
        VirtualSite site = VirtualSite.Start(VirtualSite.Configuration(changeLink: static link => link.Name == "lte" ? link with { Over = "fibre" } : link));
        Assert.Equal(LinkState.Up, site.StateOf("lte"));

        site.Network.Link(2, "eth0", carrier: false);
        site.Notice();
        Assert.Equal((LinkState.NoCarrier, LinkState.Down), (site.StateOf("fibre"), site.StateOf("lte")));
        Assert.Equal("link 'fibre' beneath it is NoCarrier: 'eth0' has no carrier", site.Transitions[^1].Reason);

        site.Pass(5);
        site.Network.Link(2, "eth0");
        site.Notice();
        site.Pass(9.5);
        Assert.Equal(LinkState.Down, site.StateOf("lte"));

        // The hold-down is the carrier's; the tunnel, which did not fail, waits for its own probes alone.
        site.Pass(1);
        Assert.Equal((LinkState.Up, LinkState.Up), (site.StateOf("fibre"), site.StateOf("lte")));
    }

    [Fact]
    public void Sessions_left_behind_by_a_failback_are_settled_when_their_time_is_up()
    {
        VirtualSite site = VirtualSite.Start(VirtualSite.Configuration(static association => association with { ResetAfter = TimeSpan.FromSeconds(60) }));
        site.Network.Link(3, "eth1", carrier: false);
        site.Notice();
        site.Network.Link(3, "eth1");
        site.Notice();
        site.Pass(11);
        Assert.Contains("point minion at lte", site.Datapath.Calls);

        site.Pass(58);
        Assert.Empty(site.Datapath.Calls);
        site.Pass(2);
        Assert.Equal(["settle minion on fibre"], site.Datapath.Calls);
    }

    [Fact]
    public void A_failover_before_their_time_is_up_leaves_the_sessions_alone()
    {
        VirtualSite site = VirtualSite.Start(VirtualSite.Configuration(static association => association with { ResetAfter = TimeSpan.FromSeconds(60) }));
        site.Network.Link(3, "eth1", carrier: false);
        site.Notice();
        site.Network.Link(3, "eth1");
        site.Notice();
        site.Pass(15);
        site.Network.Link(3, "eth1", carrier: false);
        site.Notice();
        site.Pass(100);

        Assert.DoesNotContain(site.Datapath.Calls, static call => call.StartsWith("settle minion", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(BrownoutAction.NewSessionsOnly, false)]
    [InlineData(BrownoutAction.Move, true)]
    public void A_brown_out_settles_sessions_only_where_the_association_says_so(BrownoutAction action, bool settles)
    {
        var slow = new SlaClass { Name = "quick", Latency = new SlaLimit<TimeSpan>(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(80)) };
        VirtualSite site = VirtualSite.Start(VirtualSite.Configuration(association => association with { Sla = "quick", OnBrownout = action }, null, slow));
        site.Pass(20);
        _ = site.Datapath.Calls;
        site.RoundTrip = static device => TimeSpan.FromMilliseconds(device == "eth1" ? 300 : 20);
        site.Pass(40);

        Assert.Equal(settles ? ["point minion at fibre", "settle minion on lte"] : ["point minion at fibre"], site.Datapath.Calls);
        Assert.Equal(LinkState.Degraded, site.StateOf("lte"));
    }
}
