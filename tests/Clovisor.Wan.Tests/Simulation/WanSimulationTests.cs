using System.Collections.Immutable;
using System.Net;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Simulation;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Tests.Simulation;

public sealed class WanSimulationTests
{
    private static readonly IPAddress First = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Second = IPAddress.Parse("192.0.2.2");
    private static readonly LinkCondition Good = new();

    [Fact]
    public void A_history_says_when_links_changed_and_who_switched()
    {
        SimulationResult result = Run(TimeSpan.FromMinutes(2), At(30, "fibre", Good with { Carrier = false }), At(60, "fibre", Good));

        Assert.Equal([LinkState.NoCarrier, LinkState.Probing, LinkState.Up], result.Transitions.Where(static change => change.Link == "fibre").Skip(1).Select(static change => change.To));
        Assert.Equal(["lte", "fibre"], result.Switches.Select(static change => change.To.Single().Link));
        Assert.Equal(TimeSpan.FromSeconds(30), result.Switches[0].At);
        Assert.InRange(result.Switches[1].At, TimeSpan.FromSeconds(70), TimeSpan.FromSeconds(71));
        Assert.Contains("0.00:00:30.000  association all: fibre to lte (Tier)\n", result.ToString(), StringComparison.Ordinal);
        Assert.Contains("0.00:00:30.000  link fibre: Up to NoCarrier: 'eth0' has no carrier\n", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_histories_run_equally_and_another_seed_runs_otherwise()
    {
        LinkEvent lossy = At(60, "fibre", Good with { Loss = 0.1, Jitter = TimeSpan.FromMilliseconds(5) });
        string first = Run(TimeSpan.FromMinutes(5), 1, lossy).ToString();

        Assert.Equal(first, Run(TimeSpan.FromMinutes(5), 1, lossy).ToString());
        Assert.NotEqual(first, Run(TimeSpan.FromMinutes(5), 2, lossy).ToString());
    }

    [Fact]
    public void A_loss_above_the_limit_is_found_by_sessions_in_seconds_and_by_probes_in_minutes()
    {
        TimeSpan bySessions = Run(
            TimeSpan.FromMinutes(10),
            At(0, "fibre", Good with { PassivePacketsPerSecond = 100 }),
            At(300, "fibre", Good with { Loss = 0.05, PassivePacketsPerSecond = 100 })).Switches.Single().At;
        TimeSpan byProbes = Run(TimeSpan.FromMinutes(10), At(300, "fibre", Good with { Loss = 0.05 })).Switches.Single().At;

        Assert.InRange(bySessions.TotalSeconds, 303, 320);
        Assert.InRange(byProbes.TotalSeconds, 320, 500);
    }

    [Fact]
    public void One_of_two_targets_that_is_silent_or_limits_its_answers_costs_no_link()
    {
        foreach (double loss in (double[])[0.3, 1])
        {
            LinkCondition limited = Good with { TargetLoss = ImmutableDictionary<IPAddress, double>.Empty.Add(First, loss) };
            Assert.Empty(Run(TimeSpan.FromHours(1), At(0, "fibre", limited), At(0, "lte", limited)).Switches);
        }
    }

    [Fact]
    public void Half_a_percent_of_random_loss_for_an_hour_switches_nothing()
    {
        LinkCondition lossy = Good with { Loss = 0.005, PassivePacketsPerSecond = 100 };

        Assert.Empty(Run(TimeSpan.FromHours(1), At(0, "fibre", lossy), At(0, "lte", lossy)).Switches);
    }

    [Fact]
    public void A_class_of_too_few_samples_is_unknown_and_then_kept()
    {
        Assert.Equal(SlaVerdict.Unknown, Run(TimeSpan.FromSeconds(30)).End.Links[0].Classes.Single().Verdict);
        Assert.Equal(SlaVerdict.Kept, Run(TimeSpan.FromSeconds(120)).End.Links[0].Classes.Single().Verdict);
    }

    [Fact]
    public void An_event_of_an_unknown_link_and_a_condition_that_cannot_be_are_refused()
    {
        Assert.Contains("did you mean 'fibre'?", Assert.Throws<ArgumentException>(() => Run(TimeSpan.FromSeconds(1), At(0, "fiber", Good))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Run(TimeSpan.FromSeconds(1), At(0, "fibre", Good with { Loss = 1.5 })));
        Assert.Throws<OperationCanceledException>(() => WanSimulation.Run(Configuration(), new LinkHistory(TimeSpan.FromDays(1), []), new CancellationToken(true)));
    }

    private static LinkEvent At(double second, string link, LinkCondition condition) => new(TimeSpan.FromSeconds(second), link, condition);

    private static SimulationResult Run(TimeSpan length, params LinkEvent[] events) => Run(length, 1, events);

    private static SimulationResult Run(TimeSpan length, int seed, params LinkEvent[] events) =>
        WanSimulation.Run(Configuration(), new LinkHistory(length, [.. events], seed));

    private static WanConfiguration Configuration()
    {
        ProbeDefinition probes = new() { Targets = [First, Second] };
        return new WanConfigurationBuilder()
            .AddLink("fibre", "eth0", link => link with { Probes = [probes] })
            .AddLink("lte", "eth1", link => link with { Probes = [probes] })
            .AddSlaClass("good", static sla => sla with { Loss = new SlaLimit<double>(0.04, 0.02) })
            .AddAssociation("all", static all => all.MatchDscp(46).Require("good").UseTier("fibre").UseTier("lte"))
            .BuildOrThrow();
    }
}
