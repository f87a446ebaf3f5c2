using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Failover.Measuring;
using Clovisor.Wan.Failover.Scenarios;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Failover;

/// <summary>All the scenarios, in one lab.</summary>
internal static class FailoverReport
{
    public static async Task<IReadOnlyList<Line>> RunAsync(EdgeLab lab, FailoverOptions options, CancellationToken cancellationToken)
    {
        var arrivals = new ArrivalCounters(lab);
        await arrivals.InstallAsync(cancellationToken).ConfigureAwait(false);
        using var carrier = new CarrierSwitch(lab);
        using var echo = new EchoService(lab);
        var random = new Random(options.Seed);
        List<Line> lines = [];
        Line.PrintHead();

        void Add(IEnumerable<Line> more)
        {
            foreach (Line line in more)
            {
                lines.Add(line.Print());
            }
        }

        if (!options.PairedOnly)
        {
            using (var site = new Site(lab.Names, lab.Links, new SiteSettings()))
            {
                var scenario = new CarrierLoss(site, carrier, random);
                Add([scenario.First()]);
                Add(scenario.Cycles(100, options.Cycles, cancellationToken));
            }

            using (var site = new Site(lab.Names, lab.Links, new SiteSettings { Datapath = new() { MaxSessions = options.ManySessions + 20_000 } }))
            {
                var scenario = new CarrierLoss(site, carrier, random);
                Add(scenario.Cycles(options.ManySessions, options.Cycles, cancellationToken));
                Add(await LostPackets.CarrierAsync(site, carrier, arrivals, options.Losses, cancellationToken).ConfigureAwait(false));
                Add(await LostPackets.DrainAsync(site, arrivals, options.Losses, cancellationToken).ConfigureAwait(false));
                Add(await Silence.RunAsync(site, lab.Faults, "default probes", 1000, arrivals, options.Silences, random, cancellationToken).ConfigureAwait(false));
            }

            using (var site = new Site(lab.Names, lab.Links, new SiteSettings { Probe = SiteSettings.FastProbe }))
            {
                Add(await Silence.RunAsync(site, lab.Faults, "fast profile", 300, arrivals, options.Silences, random, cancellationToken).ConfigureAwait(false));
            }

            using (var site = new Site(lab.Names, lab.Links, new SiteSettings { Addressing = AddressingKind.Translated }))
            {
                Add(Resets.Run(site, carrier, options.Resets));
                Add(Resets.Drain(site, options.Resets / 10));
            }
        }

        using (var sites = new PairedSites(lab.Names, probe: null))
        {
            Add(await PairedMoves.PlannedAsync(lab, sites, options, cancellationToken).ConfigureAwait(false));
        }

        using (var sites = new PairedSites(lab.Names, SiteSettings.FastProbe))
        {
            Add(await PairedMoves.SilentAsync(lab, sites, options, cancellationToken).ConfigureAwait(false));
        }

        return lines;
    }
}
