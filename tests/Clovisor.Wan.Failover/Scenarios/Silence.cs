using System.Diagnostics;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Failover.Measuring;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Failover.Scenarios;

/// <summary>Everything on a link disappears while its carrier and neighbours stay: only probes can tell.</summary>
internal static class Silence
{
    private const int Flows = 100;

    public static async Task<IEnumerable<Line>> RunAsync(
        Site site, LinkFaults faults, string profile, double promise, ArrivalCounters arrivals, int failures, Random random, CancellationToken cancellationToken)
    {
        List<double> moved = [];
        long late = 0;
        for (int i = 0; i < failures; i++)
        {
            using var flood = new Flood(site, LabAddresses.EdgeLan, Flows);
            await Task.Delay(TimeSpan.FromMilliseconds(300 + random.Next(250)), TimeProvider.System, cancellationToken).ConfigureAwait(false);

            // From before the program that makes the hole is started: some milliseconds too much, never too little.
            long start = Stopwatch.GetTimestamp();
            await faults.SwallowAsync(Site.Failing, cancellationToken).ConfigureAwait(false);
            long at = site.WaitFor(Site.Failing, state => state == LinkState.Down, start);
            moved.Add(Stopwatch.GetElapsedTime(start, at).TotalMilliseconds);
            late -= (await arrivals.ReadAsync(cancellationToken).ConfigureAwait(false))[Site.Failing.Device];
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken).ConfigureAwait(false);
            late += (await arrivals.ReadAsync(cancellationToken).ConfigureAwait(false))[Site.Failing.Device];
            await faults.ReleaseAsync(cancellationToken).ConfigureAwait(false);
            site.WaitFor(Site.Failing, state => state == LinkState.Up, at);
        }

        var times = new Distribution(moved);
        return
        [
            new Line($"silent failure to sessions moved, {profile}, no peer, under load", $"max <= {promise:0} ms", times.Text("ms"), times.Max <= promise),
            new Line($"packets on the old link after {failures} silent failures, {profile}", "0", $"{late}", late == 0),
        ];
    }
}
