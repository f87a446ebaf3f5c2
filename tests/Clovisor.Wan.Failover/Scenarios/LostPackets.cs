using System.Diagnostics;
using System.Globalization;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Failover.Measuring;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Failover.Scenarios;

/// <summary>What a hundred flows of a thousand packets a second lose when their link fails, or is taken out of service.</summary>
internal static class LostPackets
{
    private const int Flows = 100;

    public static async Task<IEnumerable<Line>> CarrierAsync(Site site, CarrierSwitch carrier, ArrivalCounters arrivals, int failures, CancellationToken cancellationToken)
    {
        List<double> lost = [];
        List<double> rates = [];
        for (int i = 0; i < failures; i++)
        {
            (double missing, double rate) = await LossAsync(site, arrivals, async () =>
            {
                long start = carrier.Pull(Site.Failing);
                long at = site.WaitFor(Site.Failing, state => state == LinkState.NoCarrier, start);
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken).ConfigureAwait(false);
                carrier.Plug(Site.Failing);
                site.WaitFor(Site.Failing, state => state == LinkState.Up, at);
            }, cancellationToken).ConfigureAwait(false);
            lost.Add(missing);
            rates.Add(rate);
        }

        var packets = new Distribution(lost);
        return [new Line($"{Flows} flows x 1,000 packets/s: lost when the carrier is", "p99 <= 10 ms", Text(packets, new Distribution(rates).P50), packets.P99 <= Flows * 10)];
    }

    public static async Task<IEnumerable<Line>> DrainAsync(Site site, ArrivalCounters arrivals, int moves, CancellationToken cancellationToken)
    {
        double lost = 0;
        long late = 0;
        for (int i = 0; i < moves; i++)
        {
            lost += (await LossAsync(site, arrivals, async () =>
            {
                site.Drain(true);
                long before = (await arrivals.ReadAsync(cancellationToken).ConfigureAwait(false))[Site.Failing.Device];
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken).ConfigureAwait(false);
                long after = (await arrivals.ReadAsync(cancellationToken).ConfigureAwait(false))[Site.Failing.Device];
                late += after - before;
                site.Drain(false);
            }, cancellationToken).ConfigureAwait(false)).Lost;
        }

        return
        [
            new Line($"{Flows} flows x 1,000 packets/s: lost in {2 * moves} planned moves", "0", Number(lost), lost == 0),
            new Line($"packets on the old link after {moves} planned moves", "0", Number(late), late == 0),
        ];
    }

    /// <summary>How many packets of a flood did not arrive by any link while something was done, and how many there were a second.</summary>
    private static async Task<(double Lost, double Rate)> LossAsync(Site site, ArrivalCounters arrivals, Func<Task> during, CancellationToken cancellationToken)
    {
        long before = await TotalAsync(arrivals, cancellationToken).ConfigureAwait(false);
        long sent;
        var watch = Stopwatch.StartNew();
        using (var flood = new Flood(site, LabAddresses.EdgeLan, Flows))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken).ConfigureAwait(false);
            await during().ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken).ConfigureAwait(false);
            flood.Dispose();
            sent = flood.Sent + flood.Refused;
        }

        double rate = sent / watch.Elapsed.TotalSeconds;
        return (sent - (await TotalAsync(arrivals, cancellationToken).ConfigureAwait(false) - before), rate);
    }

    private static async Task<long> TotalAsync(ArrivalCounters arrivals, CancellationToken cancellationToken) =>
        (await arrivals.ReadAsync(cancellationToken).ConfigureAwait(false)).Values.Sum();

    private static string Text(Distribution packets, double rate) => string.Create(
        CultureInfo.InvariantCulture,
        $"p50 {packets.P50:0}, max {packets.Max:0} packets = {packets.P50 / Flows:0.##}, {packets.Max / Flows:0.##} ms (n = {packets.Count}, {rate:0}/s)");

    private static string Number(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
