using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Sla;
using Clovisor.Wan.Status;

namespace Clovisor.Wan.Simulation.Report;

/// <summary>Two links with eight probes a second each, defaults throughout; one association prefers the first and asks for at most 4 % loss.</summary>
internal static class Scenarios
{
    private static readonly IPAddress First = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Second = IPAddress.Parse("192.0.2.2");
    private static readonly TimeSpan Settle = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Second1 = TimeSpan.FromSeconds(1);
    private static readonly LinkCondition Good = new();

    public static IEnumerable<Line> All(int runs, int days, int seed)
    {
        Line.PrintHead();
        yield return Detection("5 % loss, 8 probes/s and 100 packets/s of sessions", 15, new LinkCondition { Loss = 0.05, PassivePacketsPerSecond = 100 }, runs, seed).Print();
        yield return Detection("5 % loss, 8 probes/s alone", 180, new LinkCondition { Loss = 0.05 }, runs, seed).Print();
        yield return Detection("20 % loss, 8 probes/s alone", 30, new LinkCondition { Loss = 0.2 }, runs, seed).Print();
        yield return Blackout(runs, seed).Print();
        yield return FalseSwitches("0.5 % loss on both links, under load", 0, new LinkCondition { Loss = 0.005, PassivePacketsPerSecond = 100 }, days, seed).Print();
        yield return FalseSwitches("2 % loss on both links, under load", 1, new LinkCondition { Loss = 0.02, PassivePacketsPerSecond = 100 }, days, seed).Print();
        yield return FalseSwitches(
            "no loss, one target answers 70 % alone", 0, Good with { TargetLoss = ImmutableDictionary<IPAddress, double>.Empty.Add(First, 0.3) }, days, seed).Print();
        yield return FalseSwitches(
            "no loss, one of two targets dead", 0, Good with { TargetLoss = ImmutableDictionary<IPAddress, double>.Empty.Add(First, 1) }, days, seed).Print();
        yield return TargetsSuspect(seed).Print();
        yield return Flapping("carrier comes and goes once a second for 10 minutes", Good with { Carrier = false }, seed).Print();
        yield return Flapping("black hole comes and goes once a second for 10 minutes", Good with { Loss = 1 }, seed).Print();
        yield return BetweenTheLimits(days, seed).Print();
        foreach ((int first, int second) in ((int, int)[])[(1, 1), (3, 1), (9, 1)])
        {
            yield return Share(first, second, seed).Print();
        }
    }

    private static Line Detection(string what, double promise, LinkCondition condition, int runs, int seed)
    {
        // Verdicts are there before the loss begins, at another phase each time.
        double[] found = Times(runs, run => new LinkHistory(
            Settle + TimeSpan.FromMinutes(20),
            [
                new LinkEvent(TimeSpan.Zero, "fibre", Good with { PassivePacketsPerSecond = condition.PassivePacketsPerSecond }),
                new LinkEvent(Settle + (Second1 * run / runs), "fibre", condition),
            ],
            seed + run));
        double p95 = Percentile(found, 0.95);
        return new Line(what, $"p95 <= {promise} s", $"p50 {Percentile(found, 0.5):0.0} s, p95 {p95:0.0} s, max {found.Max():0.0} s", p95 <= promise);
    }

    private static Line Blackout(int runs, int seed)
    {
        double[] found = Times(runs, run => new LinkHistory(
            Settle + TimeSpan.FromMinutes(1), [new LinkEvent(Settle + (Second1 * run / runs), "fibre", Good with { Loss = 1 })], seed + run));
        return new Line("both targets silent", "max <= 1 s", $"p50 {Percentile(found, 0.5):0.000} s, max {found.Max():0.000} s", found.Max() <= 1);
    }

    private static Line FalseSwitches(string what, int promise, LinkCondition condition, int days, int seed)
    {
        int[] switches = new int[days];
        Parallel.For(0, days, day => switches[day] = WanSimulation.Run(
            Configuration(),
            new LinkHistory(TimeSpan.FromHours(24), [new LinkEvent(TimeSpan.Zero, "fibre", condition), new LinkEvent(TimeSpan.Zero, "lte", condition)], seed + day))
            .Switches.Length);
        return new Line($"24 h: {what}", $"<= {promise} switch(es) a day", $"{switches.Sum()} in {days} day(s), most {switches.Max()} a day", switches.Max() <= promise);
    }

    private static Line TargetsSuspect(int seed)
    {
        SimulationResult result = WanSimulation.Run(Configuration(), new LinkHistory(
            TimeSpan.FromHours(2),
            [new LinkEvent(Settle, "fibre", Good with { Loss = 1 }), new LinkEvent(Settle, "lte", Good with { Loss = 1 })],
            seed));
        bool kept = result.Switches.IsEmpty && result.End.TargetsSuspect && result.End.Links.All(static link => link.IsUsable);
        return new Line("all targets silent on both links at once", "links kept, suspicion", $"{result.Switches.Length} switches, targets suspect: {result.End.TargetsSuspect}", kept);
    }

    private static Line Flapping(string what, LinkCondition bad, int seed)
    {
        IEnumerable<LinkEvent> events = Enumerable.Range(0, 600).SelectMany(second => (LinkEvent[])
        [
            new LinkEvent(Settle + (Second1 * second), "fibre", bad), new LinkEvent(Settle + (Second1 * (second + 0.5)), "fibre", Good),
        ]);
        SimulationResult result = WanSimulation.Run(Configuration(), new LinkHistory(Settle + TimeSpan.FromMinutes(10), [.. events], seed));
        return new Line(what, "<= 4 switches", $"{result.Switches.Length} switch(es)", result.Switches.Length <= 4);
    }

    private static Line BetweenTheLimits(int days, int seed)
    {
        // Worst case of hysteresis: the loss lies in the middle between leave and enter all day.
        var condition = new LinkCondition { Loss = 0.029, PassivePacketsPerSecond = 100 };
        int[] switches = new int[days];
        Parallel.For(0, days, day => switches[day] = WanSimulation.Run(
            Configuration(), new LinkHistory(TimeSpan.FromHours(24), [new LinkEvent(TimeSpan.Zero, "fibre", condition)], seed + day)).Switches.Length);
        return new Line("24 h: 2.9 % loss, between leave (2 %) and enter (4 %)", "<= 48 a day", $"{switches.Sum()} in {days} day(s), most {switches.Max()} a day", switches.Max() <= 48);
    }

    private static Line Share(int first, int second, int seed)
    {
        const int Sessions = 10_000;
        WanConfiguration configuration = Configuration(first, second);
        SimulationResult result = WanSimulation.Run(configuration, new LinkHistory(TimeSpan.FromSeconds(5), [], seed));
        ImmutableArray<LinkShare> links = result.End.Associations[0].Links;
        byte[] slots = [.. result.End.Associations[0].Slots];
        int fibre = configuration.Links.Select(static link => link.Name).ToList().IndexOf("fibre");
        var random = new Random(seed);
        int taken = 0;
        for (int i = 0; i < Sessions; i++)
        {
            var tuple = new SessionTuple(
                ProtocolType.Tcp,
                new IPEndPoint(new IPAddress([10, 1, (byte)random.Next(256), (byte)random.Next(256)]), random.Next(1024, 65536)),
                new IPEndPoint(new IPAddress([203, 0, 113, (byte)random.Next(256)]), 443));
            taken += slots[DatapathPlan.SlotOf(tuple)] == fibre ? 1 : 0;
        }

        double wanted = (double)first / (first + second);
        double share = (double)taken / Sessions;
        return new Line(
            $"{Sessions:N0} sessions over weights {first}:{second}", "+- 2 %", $"{share:P2} of {wanted:P2}, {links.Length} links", Math.Abs(share - wanted) <= 0.02);
    }

    private static double[] Times(int runs, Func<int, LinkHistory> history)
    {
        var found = new ConcurrentBag<double>();
        Parallel.For(0, runs, run =>
        {
            LinkHistory of = history(run);
            SimulationResult result = WanSimulation.Run(Configuration(), of);
            TimeSpan begins = of.Events[^1].At;
            SimulatedSwitch? away = result.Switches.FirstOrDefault(change => change.At >= begins);
            found.Add(away is null ? double.PositiveInfinity : (away.At - begins).TotalSeconds);
        });
        return [.. found.Order()];
    }

    private static double Percentile(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(share * sorted.Length) - 1)];

    private static WanConfiguration Configuration(int? first = null, int? second = null)
    {
        ProbeDefinition probes = new() { Targets = [First, Second] };
        return new WanConfigurationBuilder()
            .AddLink("fibre", "eth0", link => link with { Probes = [probes] })
            .AddLink("lte", "eth1", link => link with { Probes = [probes] })
            .AddSlaClass("good", static sla => sla with { Loss = new SlaLimit<double>(0.04, 0.02) })
            .AddAssociation("all", all =>
            {
                all.MatchDscp(46).Require("good");
                _ = first is { } one && second is { } other ? all.UseWeightedTier(("fibre", one), ("lte", other)) : all.UseTier("fibre").UseTier("lte");
            })
            .BuildOrThrow();
    }
}
