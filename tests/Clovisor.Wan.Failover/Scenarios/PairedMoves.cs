using System.Globalization;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Failover.Measuring;

namespace Clovisor.Wan.Failover.Scenarios;

/// <summary>Live transfers between two sites that both have Clovisor: they move with the addresses of both ends, and neither end's sockets notice.</summary>
internal static class PairedMoves
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    /// <summary>Moves that are planned, with nothing else on the links, so that every packet counts.</summary>
    public static async Task<IEnumerable<Line>> PlannedAsync(EdgeLab lab, PairedSites sites, FailoverOptions options, CancellationToken cancellationToken)
    {
        await QuietNeighboursAsync(lab, cancellationToken).ConfigureAwait(false);
        using var echo = EchoService.Everywhere(lab, Transfers.Port);
        long resets = Resets(lab);
        using var transfers = new Transfers(lab.Names, sites, options.Transfers, new Random(options.Seed));
        int behind = await transfers.GoOnAsync(Patience, cancellationToken).ConfigureAwait(false);
        foreach (bool drained in new[] { true, false })
        {
            sites.Drain(drained);
            await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }

        long late = 0;
        for (int move = 0; move < options.Losses; move++)
        {
            bool drained = move % 2 == 0;
            LabLink left = drained ? LabAddresses.Wan1 : LabAddresses.Wan0;
            sites.Drain(drained);
            await Task.Delay(Moment, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            late -= await CarriedAsync(lab, left, cancellationToken).ConfigureAwait(false);
            await Task.Delay(Moment, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            late += await CarriedAsync(lab, left, cancellationToken).ConfigureAwait(false);
            behind = Math.Max(behind, await transfers.GoOnAsync(Patience, cancellationToken).ConfigureAwait(false));
        }

        return
        [
            .. Lines(lab, transfers, $"{options.Losses} planned moves", behind, resets),
            new Line($"paired: bytes on the old link after {options.Losses} planned moves, both ways", "0", $"{late}", late == 0),
        ];
    }

    /// <summary>Nothing of either end reaches the other by their link any more; carrier and neighbours stay.</summary>
    public static async Task<IEnumerable<Line>> SilentAsync(EdgeLab lab, PairedSites sites, FailoverOptions options, CancellationToken cancellationToken)
    {
        using var echo = EchoService.Everywhere(lab, Transfers.Port);
        long resets = Resets(lab);
        using var transfers = new Transfers(lab.Names, sites, options.Transfers, new Random(options.Seed + 1));
        int behind = await transfers.GoOnAsync(Patience, cancellationToken).ConfigureAwait(false);
        for (int failure = 0; failure < options.PairedFailures; failure++)
        {
            await HoleAsync(lab, "add", cancellationToken).ConfigureAwait(false);
            try
            {
                sites.WaitFor(LabAddresses.Wan1, usable: false);
                behind = Math.Max(behind, await transfers.GoOnAsync(Patience, cancellationToken).ConfigureAwait(false));
            }
            finally
            {
                await HoleAsync(lab, "del", CancellationToken.None).ConfigureAwait(false);
            }

            sites.WaitFor(LabAddresses.Wan1, usable: true);
            behind = Math.Max(behind, await transfers.GoOnAsync(Patience, cancellationToken).ConfigureAwait(false));
        }

        return [.. Lines(lab, transfers, $"{options.PairedFailures} silent failures and recoveries", behind, resets)];
    }

    private static IEnumerable<Line> Lines(EdgeLab lab, Transfers transfers, string moves, int behind, long resetsBefore)
    {
        long resets = Resets(lab) - resetsBefore;
        int count = transfers.Count;
        string verified = (transfers.Verified / 1e6).ToString("N0", CultureInfo.InvariantCulture);
        yield return new Line(
            $"paired: of {count} TCP transfers, reset in {moves}", "0", $"{resets} by the kernels of both ends", resets == 0);
        yield return new Line(
            $"paired: ended, stuck or with a wrong byte", "0",
            $"{transfers.Broken + behind} ({verified} MB each way compared){(transfers.Fault is { } fault ? ": " + fault : string.Empty)}", transfers.Broken + behind == 0);
    }

    // What keeps neighbours fresh would be counted as the transfers': once in use for a second they are asked, and then not again for an hour.
    private static async Task QuietNeighboursAsync(EdgeLab lab, CancellationToken cancellationToken)
    {
        foreach (string space in new[] { lab.Names.Edge, lab.Names.Cloud })
        {
            await Namespaces.SysctlAsync(
                space,
                from link in LabAddresses.Links
                from family in new[] { "ipv4", "ipv6" }
                from value in new[] { ("base_reachable_time_ms", 3_600_000), ("delay_first_probe_time", 1) }
                select ($"{family}/neigh/{link.Device}/{value.Item1}", value.Item2),
                cancellationToken).ConfigureAwait(false);
        }
    }

    private static long Resets(EdgeLab lab) => Connections.ResetsSeen(lab.Names.Edge) + Connections.ResetsSeen(lab.Names.Cloud);

    /// <summary>What a link has carried, both ways, as the device counts it.</summary>
    private static async Task<long> CarriedAsync(EdgeLab lab, LabLink link, CancellationToken cancellationToken)
    {
        IReadOnlyList<DeviceStatistics> devices = await DeviceStatistics.ReadAsync(lab.Names.Edge, cancellationToken).ConfigureAwait(false);
        DeviceStatistics device = devices.Single(own => own.Device == link.Device);
        return device.Sent + device.Received;
    }

    // Below all that the programs see: what they take off the link does not come here.
    private static async Task HoleAsync(EdgeLab lab, string verb, CancellationToken cancellationToken)
    {
        foreach (string space in new[] { lab.Names.Edge, lab.Names.Cloud })
        {
            string[] kind = verb == "add" ? ["blackhole"] : [];
            await Tool.RunAsync("tc", ["-n", space, "qdisc", verb, "dev", LabAddresses.Wan1.Device, "root", .. kind], null, cancellationToken).ConfigureAwait(false);
        }
    }
}
