using System.Net;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;
using Clovisor.Wan.Netlink;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Selection;
using Clovisor.Wan.Sla;
using Clovisor.Wan.Status;
using Clovisor.Wan.Steering;

namespace Clovisor.Wan.Tests.Steering;

public sealed class EngineCoreTests
{
    [Fact]
    public void The_first_plan_holds_links_associations_tags_and_slots()
    {
        VirtualSite site = VirtualSite.Start();

        DatapathPlan plan = site.Datapath.Plan!;
        Assert.Equal(
            new DatapathLink
            {
                Name = "lte",
                InterfaceIndex = 3,
                Addressing = AddressingKind.Translated,
                NextHopV4 = IPAddress.Parse("10.9.1.2"),
                SourceV4 = IPAddress.Parse("10.9.1.1"),
                Usable = true,
            },
            plan.Links[1]);
        Assert.Equal(["boss", "minion"], plan.Associations.Select(static association => association.Name));
        Assert.All(plan.Associations, static association => Assert.Equal([0, 1], association.Links.Order()));
        Assert.Equal([new DscpTag(46, 0), new DscpTag(10, 1)], plan.Tags);
        Assert.Equal([new PortTag(new PortRange(33000, 34999), 1)], plan.PortTags);
        Assert.Equal(("fibre", "lte"), (site.Datapath.LinksOf(0), site.Datapath.LinksOf(1)));
        Assert.Equal(["apply fibre,lte"], site.Datapath.Calls);
    }

    [Fact]
    public void The_first_plan_waits_for_a_verdict_on_every_link()
    {
        var site = new VirtualSite { Answers = static (device, _) => device == "eth0" };
        site.Plug(2, "eth0", "10.9.0.1", "10.9.0.2");
        site.Plug(3, "eth1", "10.9.1.1", "10.9.1.2");
        site.Boot(VirtualSite.Configuration());

        site.Pass(1.4);
        Assert.Empty(site.Datapath.Calls);
        site.Pass(0.2);
        Assert.Equal(["apply fibre,lte(shut)"], site.Datapath.Calls);
        Assert.Equal("fibre", site.Datapath.LinksOf(1));
    }

    [Fact]
    public void A_device_that_is_absent_keeps_nobody_waiting_and_joins_when_it_comes()
    {
        var site = new VirtualSite();
        site.Plug(2, "eth0", "10.9.0.1", "10.9.0.2");
        site.Boot(VirtualSite.Configuration());
        site.Pass(0.1);

        Assert.Equal(["apply fibre"], site.Datapath.Calls);
        Assert.Equal(("fibre", LinkState.Absent), (site.Datapath.LinksOf(1), site.StateOf("lte")));

        site.Plug(3, "eth1", "10.9.1.1", "10.9.1.2");
        site.Notice();
        site.Pass(0.1);
        Assert.Equal(["apply fibre,lte(shut)", "open lte", "point minion at lte"], site.Datapath.Calls);
    }

    [Fact]
    public void A_process_that_starts_while_a_link_has_no_carrier_leaves_it_in_the_plan_for_the_sessions_that_wait_there()
    {
        var site = new VirtualSite();
        site.Plug(2, "eth0", "10.9.0.1", "10.9.0.2");
        site.Plug(3, "eth1", "10.9.1.1", "10.9.1.2");
        site.Network.Link(3, "eth1", carrier: false);
        site.Boot(VirtualSite.Configuration());
        site.Pass(0.1);

        Assert.Equal(["apply fibre,lte(shut)"], site.Datapath.Calls);
        Assert.Equal(("fibre", LinkState.NoCarrier), (site.Datapath.LinksOf(1), site.StateOf("lte")));

        site.Network.Link(3, "eth1");
        site.Notice();
        site.Pass(0.1);
        Assert.Equal(["open lte", "point minion at lte"], site.Datapath.Calls);
    }

    [Fact]
    public void A_lost_carrier_points_the_slots_first_and_shuts_the_gate_then()
    {
        VirtualSite site = VirtualSite.Start();
        _ = site.Datapath.Calls;

        site.Network.Link(3, "eth1", carrier: false);
        site.Notice();

        Assert.Equal(["point minion at fibre", "shut lte"], site.Datapath.Calls);
        Assert.Equal((LinkState.Up, LinkState.NoCarrier, "'eth1' has no carrier"), (site.Transitions[^1].From, site.Transitions[^1].To, site.Transitions[^1].Reason));
    }

    [Fact]
    public void A_link_that_is_back_opens_its_gate_first_after_the_hold_down()
    {
        VirtualSite site = VirtualSite.Start();
        site.Network.Link(3, "eth1", carrier: false);
        site.Notice();
        site.Pass(5);
        _ = site.Datapath.Calls;
        site.Network.Link(3, "eth1");
        site.Notice();

        site.Pass(9.9);
        Assert.Empty(site.Datapath.Calls);
        site.Pass(0.5);
        Assert.Equal(["open lte", "point minion at lte"], site.Datapath.Calls);
    }

    [Fact]
    public void A_silent_failure_moves_the_slots_within_a_second()
    {
        VirtualSite site = VirtualSite.Start();
        site.Pass(20);
        _ = site.Datapath.Calls;
        site.Answers = static (device, _) => device == "eth0";
        site.Pass(1);

        Assert.Equal(["point minion at fibre", "shut lte"], site.Datapath.Calls);
    }

    [Fact]
    public void A_next_hop_that_does_not_resolve_takes_its_link_down()
    {
        VirtualSite site = VirtualSite.Start();
        site.Network.Neighbour(3, "10.9.1.2", Rtnetlink.NUD_FAILED);
        site.Notice();

        Assert.Equal(LinkState.Down, site.StateOf("lte"));
        Assert.Equal("next hop 10.9.1.2 on 'eth1' does not answer (neighbour entry FAILED)", site.Transitions[^1].Reason);
    }

    [Fact]
    public void When_no_link_is_left_the_slots_name_none()
    {
        VirtualSite site = VirtualSite.Start();
        site.Network.Link(2, "eth0", carrier: false);
        site.Network.Link(3, "eth1", carrier: false);
        site.Notice();

        Assert.Equal(("-", "-"), (site.Datapath.LinksOf(0), site.Datapath.LinksOf(1)));
        Assert.Equal([false, false], site.Datapath.Usable);
    }

    [Fact]
    public void Targets_that_die_on_all_links_at_once_move_nothing()
    {
        VirtualSite site = VirtualSite.Start();
        site.Pass(20);
        _ = site.Datapath.Calls;
        site.Answers = static (_, _) => false;
        site.Pass(60);

        Assert.Empty(site.Datapath.Calls);
        Assert.True(site.Core.Monitor.TargetsSuspect);
        Assert.Equal((LinkState.Up, LinkState.Up), (site.StateOf("fibre"), site.StateOf("lte")));

        // One link answers again: the suspicion ends, and the other link is what is dead.
        site.Answers = static (device, _) => device == "eth0";
        site.Pass(2);
        Assert.False(site.Core.Monitor.TargetsSuspect);
        Assert.Equal(["point minion at fibre", "shut lte"], site.Datapath.Calls);
    }

    [Fact]
    public void Links_that_fail_one_after_the_other_are_not_excused_by_their_targets()
    {
        VirtualSite site = VirtualSite.Start();
        site.Pass(20);
        site.Answers = static (device, _) => device == "eth0";
        site.Pass(5);
        site.Answers = static (_, _) => false;
        site.Pass(5);

        Assert.Equal((LinkState.Down, LinkState.Down), (site.StateOf("fibre"), site.StateOf("lte")));
    }

    [Fact]
    public void An_address_that_changes_makes_a_new_plan_with_the_new_source()
    {
        VirtualSite site = VirtualSite.Start();
        _ = site.Datapath.Calls;
        site.Network.Address(3, "10.9.1.1", gone: true);
        site.Network.Address(3, "10.9.1.7");
        site.Notice();

        Assert.Equal(["apply fibre,lte"], site.Datapath.Calls);
        Assert.Equal(IPAddress.Parse("10.9.1.7"), site.Datapath.Plan!.Links[1].SourceV4);
        Assert.Equal(LinkState.Up, site.StateOf("lte"));
    }

    [Fact]
    public void A_device_that_vanishes_is_left_out_of_the_plan_after_its_sessions_moved()
    {
        VirtualSite site = VirtualSite.Start();
        _ = site.Datapath.Calls;
        site.Network.LinkGone(3);
        site.Notice();

        Assert.Equal(["point minion at fibre", "shut lte", "apply fibre"], site.Datapath.Calls);
    }

    [Fact]
    public void A_device_set_down_keeps_its_place_in_the_plan()
    {
        VirtualSite site = VirtualSite.Start();
        _ = site.Datapath.Calls;
        site.Network.Link(3, "eth1", up: false, carrier: false);
        site.Network.Table.ClearRoutes();
        site.Network.DefaultRoute(2, "10.9.0.2", metric: 2);
        site.Notice();

        Assert.Equal(["point minion at fibre", "shut lte"], site.Datapath.Calls);
    }

    [Fact]
    public void A_configuration_is_put_in_force_and_links_keep_their_state()
    {
        VirtualSite site = VirtualSite.Start();
        site.Pass(20);
        TimeSpan since = site.Core.Monitor.Links[0].Machine.Since;
        _ = site.Datapath.Calls;

        WanConfiguration swapped = VirtualSite.Configuration(static association => association with { Tiers = [.. association.Tiers.Reverse()] });
        Assert.True(site.Core.TryApply(swapped, site.Now, out string? error), error);

        Assert.Equal(["apply fibre,lte"], site.Datapath.Calls);
        Assert.Equal(("lte", "fibre"), (site.Datapath.LinksOf(0), site.Datapath.LinksOf(1)));
        Assert.Equal(since, site.Core.Monitor.Links[0].Machine.Since);
    }

    [Fact]
    public void Probes_that_are_defined_anew_do_not_interrupt_a_link_that_works()
    {
        VirtualSite site = VirtualSite.Start();
        site.Pass(20);
        WanConfiguration faster = VirtualSite.Configuration(changeLink: static link => link with
        {
            Probes = [new ProbeDefinition { Targets = [IPAddress.Parse("192.0.2.77")], Interval = TimeSpan.FromMilliseconds(100) }],
        });

        Assert.True(site.Core.TryApply(faster, site.Now, out _));
        site.Pass(20);

        Assert.Equal((LinkState.Up, LinkState.Up), (site.StateOf("fibre"), site.StateOf("lte")));
        Assert.Equal(2, site.Transitions.Count);
    }

    [Fact]
    public void A_configuration_that_the_kernel_refuses_changes_nothing()
    {
        VirtualSite site = VirtualSite.Start();
        WanConfiguration before = site.Core.Configuration;
        site.Datapath.Refuses = true;

        Assert.False(site.Core.TryApply(VirtualSite.Configuration(static a => a with { Name = a.Name + "-new" }), site.Now, out string? error));

        Assert.Contains("the device", error, StringComparison.Ordinal);
        Assert.Same(before, site.Core.Configuration);
        site.Datapath.Refuses = false;
        site.Network.Link(3, "eth1", carrier: false);
        site.Notice();
        Assert.Equal("fibre", site.Datapath.LinksOf(1));
    }

    [Fact]
    public void A_plan_that_the_kernel_refuses_is_tried_again_and_told()
    {
        VirtualSite site = VirtualSite.Start();
        _ = site.Datapath.Calls;
        site.Datapath.Refuses = true;
        site.Network.LinkGone(3);
        site.Notice();

        Assert.Equal(["point minion at fibre", "shut lte"], site.Datapath.Calls);
        Assert.Contains("the device", site.Core.DatapathError, StringComparison.Ordinal);

        site.Datapath.Refuses = false;
        site.Pass(1.1);
        Assert.Equal(["apply fibre"], site.Datapath.Calls);
        Assert.Null(site.Core.DatapathError);
    }

    [Fact]
    public void A_link_too_slow_for_a_class_loses_that_class_alone()
    {
        var voice = new SlaClass { Name = "voice", Latency = new SlaLimit<TimeSpan>(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(80)) };
        VirtualSite site = VirtualSite.Start(VirtualSite.Configuration(
            static association => association.Name == "minion" ? association with { Sla = "voice" } : association with { Tiers = [LinkTier.Of("lte")] },
            null,
            voice));
        site.Pass(20);
        Assert.Equal("lte", site.Datapath.LinksOf(1));

        site.RoundTrip = static device => TimeSpan.FromMilliseconds(device == "eth1" ? 300 : 20);
        site.Pass(15);
        Assert.Equal(("lte", "fibre"), (site.Datapath.LinksOf(0), site.Datapath.LinksOf(1)));
        Assert.Equal(LinkState.Degraded, site.StateOf("lte"));

        site.RoundTrip = static _ => TimeSpan.FromMilliseconds(20);
        site.Pass(30);
        Assert.Equal("lte", site.Datapath.LinksOf(1));
        Assert.Equal(LinkState.Up, site.StateOf("lte"));
    }

    [Fact]
    public void A_hundred_failures_leave_every_slot_where_it_was()
    {
        VirtualSite site = VirtualSite.Start(VirtualSite.Configuration(changeLink: static link => link with { Recovery = new LinkRecovery { HoldDown = TimeSpan.FromSeconds(1) } }));
        byte[] before = [.. site.Datapath.Slots];
        for (int i = 0; i < 100; i++)
        {
            site.Network.Link(3, "eth1", carrier: false);
            site.Notice();
            Assert.Equal("fibre", site.Datapath.LinksOf(1));
            site.Network.Link(3, "eth1");
            site.Notice();
            site.Pass(600);
            Assert.Equal("lte", site.Datapath.LinksOf(1));
        }

        Assert.Equal(before, site.Datapath.Slots);
        Assert.Equal(1, site.Datapath.Calls.Count(static call => call.StartsWith("apply", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_status_warns_of_a_family_that_only_some_of_the_links_in_use_carry()
    {
        VirtualSite site = VirtualSite.Start(VirtualSite.Configuration(static association => association with { Tiers = [LinkTier.Of("fibre", "lte")] }));
        Assert.Empty(StatusBuilder.Build(site.Core, site.Now, DateTimeOffset.UnixEpoch).Associations[0].Warnings);

        site.Network.Address(3, "2001:db8::3");
        site.Network.DefaultRoute(3, "2001:db8::1");
        site.Notice();

        AssociationStatus status = StatusBuilder.Build(site.Core, site.Now, DateTimeOffset.UnixEpoch).Associations[0];
        Assert.Equal(["IPv6 sessions that fall to fibre find no next hop there"], status.Warnings);
        Assert.Equal([new LinkShare("fibre", 32), new LinkShare("lte", 32)], status.Links.OrderBy(static share => share.Link, StringComparer.Ordinal));
    }

    [Fact]
    public void The_status_tells_state_reason_measurements_and_shares()
    {
        VirtualSite site = VirtualSite.Start();
        site.Pass(20);
        site.Network.Link(3, "eth1", carrier: false);
        site.Notice();
        DateTimeOffset wallClock = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000);

        WanStatus status = StatusBuilder.Build(site.Core, site.Now, wallClock);

        Assert.Equal((LinkState.Up, IPAddress.Parse("10.9.0.2"), 2), (status.Links[0].State, status.Links[0].NextHopV4, status.Links[0].InterfaceIndex!.Value));
        TargetStatus target = Assert.Single(status.Links[0].Targets);
        Assert.Equal((0.0, TimeSpan.FromMilliseconds(20), false), (target.Quality.Loss, target.Quality.Latency!.Value, target.IsDead));
        Assert.InRange(target.Quality.Samples, 39, 41);
        Assert.Equal((LinkState.NoCarrier, "'eth1' has no carrier", wallClock, false), (status.Links[1].State, status.Links[1].Reason, status.Links[1].Since, status.Links[1].IsUsable));
        Assert.Equal((SelectionReason.Tier, 1), (status.Associations[1].Reason, status.Associations[1].Tier!.Value));
        Assert.Equal([new LinkShare("fibre", 64)], status.Associations[1].Links);
    }

    [Fact]
    public void What_sessions_tell_moves_new_sessions_from_a_link_that_loses()
    {
        var voice = new SlaClass { Name = "voice", Loss = new SlaLimit<double>(0.04, 0.02) };
        var site = VirtualSite.Start(VirtualSite.Configuration(association => association with { Sla = "voice" }, null, voice), datapath => datapath.Measures = () => []);
        site.Pass(5);
        Assert.Equal("lte", site.Datapath.LinksOf(1));
        Assert.InRange(site.Datapath.Measured, 4, 7);

        site.Datapath.Measures = () => [new PassiveSample("lte", 100, 20, TimeSpan.FromMilliseconds(30))];
        site.Pass(5);

        Assert.Equal(("fibre", LinkState.Degraded), (site.Datapath.LinksOf(1), site.StateOf("lte")));
    }

    [Fact]
    public void A_datapath_that_measures_nothing_is_asked_once()
    {
        VirtualSite site = VirtualSite.Start();
        site.Pass(10);

        Assert.Equal(1, site.Datapath.Measured);
    }
}
