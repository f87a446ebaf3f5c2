using System.Globalization;
using Clovisor.Wan.Failover.Measuring;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Failover.Scenarios;

/// <summary>Translated connections, which cannot move: those of a link that fails are reset as they next send, no others.</summary>
internal static class Resets
{
    public static IEnumerable<Line> Run(Site site, CarrierSwitch carrier, int connections)
    {
        int healthy = connections / 10;
        using var moving = new Connections(site, Site.Moving, connections);
        using var steady = new Connections(site, Site.Steady, healthy);
        long before = Connections.ResetsSeen(site.Names);
        long start = carrier.Pull(Site.Failing);
        long at = site.WaitFor(Site.Failing, state => state == LinkState.NoCarrier, start);
        var times = new Distribution(moving.ResetTimes());
        long seen = Connections.ResetsSeen(site.Names) - before;
        int alive = steady.CountAlive();
        carrier.Plug(Site.Failing);
        site.WaitFor(Site.Failing, state => state == LinkState.Up, at);
        string count = connections.ToString("N0", CultureInfo.InvariantCulture);
        return
        [
            new Line($"translated TCP: send to reset, on the failed link", "p99 <= 200 us", times.Text("us"), times.P99 <= 200),
            new Line($"translated TCP: connections reset, on the failed link", $"{count} of {count}", $"{times.Count}", times.Count == connections),
            new Line(
                $"translated TCP: resets on links that work, of {healthy}", "0",
                $"{healthy - alive} by their ends, {seen - times.Count} by the kernel", alive == healthy && seen == times.Count),
        ];
    }

    public static IEnumerable<Line> Drain(Site site, int connections)
    {
        using var moving = new Connections(site, Site.Moving, connections);
        long before = Connections.ResetsSeen(site.Names);
        site.Drain(true);
        int alive = moving.CountAlive();
        long seen = Connections.ResetsSeen(site.Names) - before;
        site.Drain(false);
        return
        [
            new Line(
                $"translated TCP: of {connections} connections, ended by a planned move", "0", $"{connections - alive} by their ends, {seen} by the kernel",
                alive == connections && seen == 0),
        ];
    }
}
