using System.Net;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Tests.Links;

public sealed class LinkStateMachineTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_link_is_up_with_its_first_answer()
    {
        var link = new VirtualLink();

        Assert.Equal(LinkState.Probing, link.Machine.State);
        Assert.InRange(link.Until(LinkState.Up, Second), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(25));
    }

    [Fact]
    public void A_link_that_never_answers_is_down_after_the_timeout_of_the_last_lost_probe()
    {
        var link = new VirtualLink { Answers = static _ => false };

        Assert.InRange(link.Until(LinkState.Down, 3 * Second), TimeSpan.FromSeconds(1.4), TimeSpan.FromSeconds(1.6));
        Assert.Equal("3 probes in a row without an answer from 192.0.2.9", link.Machine.Reason);
    }

    // The promise is a second, at every phase of the probes against the moment of the failure; a tenth of it is left to a busy machine.
    [Fact]
    public void A_silent_failure_is_found_within_a_second_by_default()
    {
        for (int phase = 0; phase < 250; phase += 10)
        {
            var link = new VirtualLink();
            link.Pass((20 * Second) + TimeSpan.FromMilliseconds(phase));
            link.Answers = static _ => false;

            Assert.InRange(link.Until(LinkState.Down, 2 * Second), TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(900));
        }
    }

    [Fact]
    public void A_silent_failure_is_found_within_300_ms_by_a_fast_profile()
    {
        var probe = new ProbeDefinition { Targets = [IPAddress.Parse("192.0.2.9")], Interval = TimeSpan.FromMilliseconds(75) };
        for (int phase = 0; phase < 75; phase += 5)
        {
            var link = new VirtualLink(probe);
            link.Pass((5 * Second) + TimeSpan.FromMilliseconds(phase));
            link.Answers = static _ => false;

            Assert.InRange(link.Until(LinkState.Down, Second), TimeSpan.Zero, TimeSpan.FromMilliseconds(300));
        }
    }

    [Theory]
    [InlineData(LinkState.NoCarrier)]
    [InlineData(LinkState.Absent)]
    [InlineData(LinkState.NoAddress)]
    [InlineData(LinkState.Down)]
    [InlineData(LinkState.AdminDown)]
    public void What_the_device_says_counts_at_once(LinkState obstacle)
    {
        var link = new VirtualLink();
        link.Until(LinkState.Up, Second);

        link.SetObstacle(obstacle);

        Assert.Equal(obstacle, link.Machine.State);
        Assert.Equal((link.Now, obstacle), link.Changes[^1]);
    }

    [Fact]
    public void A_satellite_link_is_no_dead_link()
    {
        var link = new VirtualLink { RoundTrip = TimeSpan.FromMilliseconds(650) };
        link.Until(LinkState.Up, Second);
        link.Pass(Minute);

        Assert.Single(link.Changes);
    }

    [Fact]
    public void A_round_trip_that_jumps_costs_no_link()
    {
        var link = new VirtualLink();
        link.Pass(30 * Second);
        link.RoundTrip = TimeSpan.FromMilliseconds(600);
        link.Pass(30 * Second);

        Assert.Single(link.Changes);
    }

    [Fact]
    public void Answers_from_one_of_two_targets_keep_the_link_up()
    {
        var link = new VirtualLink(new ProbeDefinition { Targets = [IPAddress.Parse("192.0.2.9"), IPAddress.Parse("192.0.2.10")] });
        link.Until(LinkState.Up, Second);
        link.Answers = static target => target.Equals(IPAddress.Parse("192.0.2.9"));
        link.Pass(Minute);

        Assert.Single(link.Changes);
        Assert.True(link.Prober.Targets[1].IsDead);
    }

    [Fact]
    public void A_quorum_of_two_takes_the_link_down_with_the_first_of_two_targets()
    {
        var link = new VirtualLink(new ProbeDefinition { Targets = [IPAddress.Parse("192.0.2.9"), IPAddress.Parse("192.0.2.10")], Quorum = 2 });
        link.Pass(5 * Second);
        Assert.Equal(LinkState.Up, link.Machine.State);
        link.Answers = static target => target.Equals(IPAddress.Parse("192.0.2.9"));

        link.Until(LinkState.Down, 2 * Second);
        Assert.Equal("3 probes in a row without an answer from 192.0.2.10", link.Machine.Reason);
    }

    [Fact]
    public void A_node_that_stalls_again_and_again_keeps_its_link()
    {
        var link = new VirtualLink();
        link.Pass(20 * Second);
        for (int i = 0; i < 100; i++)
        {
            link.Stall(TimeSpan.FromSeconds(0.9));
            link.Pass(TimeSpan.FromMilliseconds(130));
        }

        Assert.Single(link.Changes);
    }

    [Fact]
    public void An_answer_that_lies_unread_is_no_failure_of_the_link()
    {
        var link = new VirtualLink();
        link.Pass(5 * Second);
        (link.Answers, link.Unread) = (_ => false, true);
        link.Pass(20 * Second);
        Assert.Single(link.Changes);

        link.Unread = false;

        Assert.InRange(link.Until(LinkState.Down, 2 * Second), TimeSpan.FromMilliseconds(500), Second);
    }

    [Fact]
    public void Two_lost_probes_in_a_row_are_no_failure()
    {
        var link = new VirtualLink();
        link.Pass(5 * Second);
        int sent = link.Sent;
        link.Answers = _ => link.Sent > sent + 2;
        link.Pass(10 * Second);

        Assert.Single(link.Changes);
        Assert.Equal(2.0 / link.Prober.Targets[0].Quality(10 * Second, link.Now).Samples, link.Prober.Targets[0].Quality(10 * Second, link.Now).Loss, 6);
    }

    [Fact]
    public void After_a_failure_the_link_waits_for_good_probes_and_the_hold_down()
    {
        var link = new VirtualLink();
        link.Pass(20 * Second);
        link.Answers = static _ => false;
        link.Until(LinkState.Down, 2 * Second);
        link.Pass(20 * Second);
        link.Answers = static _ => true;

        Assert.InRange(link.Until(LinkState.Up, 20 * Second), 10 * Second, 10.4 * Second);
        Assert.Equal("probes are answered, through the hold-down of 10s", link.Machine.Reason);
    }

    [Fact]
    public void Good_probes_are_counted_even_without_a_hold_down()
    {
        var link = new VirtualLink(recovery: new LinkRecovery { HoldDown = TimeSpan.Zero, Good = 8 });
        link.Pass(20 * Second);
        link.Answers = static _ => false;
        link.Until(LinkState.Down, 2 * Second);
        link.Answers = static _ => true;

        Assert.InRange(link.Until(LinkState.Up, 20 * Second), 1.7 * Second, 2.1 * Second);
    }

    [Fact]
    public void A_device_that_an_administrator_sets_down_and_up_is_held_down_by_nobody()
    {
        var link = new VirtualLink();
        link.Pass(20 * Second);
        link.SetObstacle(LinkState.AdminDown);
        link.Pass(20 * Second);
        link.SetObstacle(null);

        Assert.InRange(link.Until(LinkState.Up, 20 * Second), TimeSpan.Zero, TimeSpan.FromMilliseconds(30));
    }

    [Fact]
    public void Answers_from_before_a_failure_do_not_bring_the_link_back()
    {
        var link = new VirtualLink();
        link.Pass(20 * Second);
        link.SetObstacle(LinkState.NoCarrier);
        link.Answers = static _ => false;
        link.Pass(5 * Second);
        link.SetObstacle(null);
        link.Pass(Minute);

        Assert.Equal(LinkState.Down, link.Machine.State);
    }

    [Fact]
    public void Each_failure_soon_after_the_last_doubles_the_hold_down()
    {
        var link = new VirtualLink(recovery: new LinkRecovery { HalfLife = TimeSpan.FromHours(24), MaxHoldDown = 50 * Second });
        var holdDowns = new List<double>();
        link.Pass(5 * Second);
        for (int i = 0; i < 5; i++)
        {
            link.SetObstacle(LinkState.NoCarrier);
            link.Pass(Second);
            link.SetObstacle(null);
            link.Until(LinkState.Up, 2 * Minute);
            holdDowns.Add(Math.Round(link.Machine.HoldDown.TotalSeconds));
        }

        Assert.Equal([10, 20, 40, 50, 50], holdDowns);
    }

    [Fact]
    public void The_penalty_is_forgotten_with_time()
    {
        var link = new VirtualLink();
        link.Pass(5 * Second);
        for (int i = 0; i < 3; i++)
        {
            link.SetObstacle(LinkState.NoCarrier);
            link.SetObstacle(null);
            link.Until(LinkState.Up, 2 * Minute);
            link.Pass(10 * Minute);
        }

        Assert.InRange(link.Machine.HoldDown, 10 * Second, 10.1 * Second);
    }

    [Fact]
    public void A_link_that_flaps_once_a_second_for_ten_minutes_switches_at_most_four_times()
    {
        var link = new VirtualLink();
        link.Pass(5 * Second);
        for (int i = 0; i < 600; i++)
        {
            link.SetObstacle(LinkState.NoCarrier);
            link.Pass(Second / 2);
            link.SetObstacle(null);
            link.Pass(Second / 2);
        }

        Assert.InRange(link.Switches, 1, 4);
    }

    [Fact]
    public void A_hundred_failures_and_recoveries_end_where_they_began()
    {
        var link = new VirtualLink(recovery: new LinkRecovery { HoldDown = Second });
        link.Pass(5 * Second);
        for (int i = 0; i < 100; i++)
        {
            link.Answers = static _ => false;
            Assert.InRange(link.Until(LinkState.Down, 2 * Second), TimeSpan.Zero, Second);
            link.Answers = static _ => true;
            link.Until(LinkState.Up, 3 * Second);
            link.Pass(10 * Minute);
        }

        Assert.Equal(201, link.Changes.Count);
        Assert.InRange(link.Machine.HoldDown, Second, 1.01 * Second);
    }

    [Fact]
    public void A_link_without_probes_trusts_its_device()
    {
        var unprobed = new WanLink { Name = "mpls", Device = "eth1" };
        var machine = new LinkStateMachine(unprobed.Recovery, TimeSpan.Zero);
        var prober = new LinkProber(unprobed, 10 * Second, TimeSpan.Zero);
        var path = new LinkPath { Link = unprobed, Index = 2 };

        Assert.True(machine.Evaluate(path, prober, false, null, TimeSpan.Zero));
        Assert.Equal(LinkState.Up, machine.State);
        Assert.True(machine.Evaluate(path with { Obstacle = LinkState.NoCarrier }, prober, false, null, Second));
        Assert.True(machine.Evaluate(path, prober, false, null, 2 * Second));
        Assert.Equal(LinkState.Probing, machine.State);
        Assert.False(machine.Evaluate(path, prober, false, null, 11 * Second));
        Assert.True(machine.Evaluate(path, prober, false, null, 12 * Second));
        Assert.Equal(LinkState.Up, machine.State);
    }

    [Fact]
    public void A_broken_SLA_class_degrades_a_link_and_names_itself()
    {
        var link = new VirtualLink();
        link.Until(LinkState.Up, Second);

        Assert.True(link.Machine.Evaluate(link.Path, link.Prober, false, "voice", link.Now));
        Assert.Equal((LinkState.Degraded, "breaks SLA class 'voice'"), (link.Machine.State, link.Machine.Reason));
        Assert.True(link.Machine.IsUsable);
        Assert.True(link.Machine.Evaluate(link.Path, link.Prober, false, null, link.Now));
        Assert.Equal(LinkState.Up, link.Machine.State);
    }

    [Fact]
    public void A_suspicion_against_the_targets_keeps_the_link_up()
    {
        var link = new VirtualLink();
        link.Until(LinkState.Up, Second);
        link.Answers = static _ => false;
        link.Until(LinkState.Down, 2 * Second);

        var other = new VirtualLink();
        other.Until(LinkState.Up, Second);
        Assert.False(other.Machine.Evaluate(other.Path, link.Prober, suspect: true, null, other.Now));
        Assert.True(other.Machine.Evaluate(other.Path, link.Prober, suspect: false, null, other.Now));
    }
}
