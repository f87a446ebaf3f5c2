using System.Net.Sockets;
using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo.Steps;

/// <summary>The point of it all: the route rule decides the link, for the way there and the way back.</summary>
internal sealed class SteeringSteps
{
    private const double Wanted = 0.99;
    private const long Least = 10_000_000;
    private const int Requests = 5;
    private const long Size = 2_500_000;
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(10);

    // Both steps look at the same transfers.
    private Traffic? _traffic;
    private IReadOnlyList<DeviceStatistics> _before = [];
    private IReadOnlyList<DeviceStatistics> _after = [];

    public DemoStep Links() => new(
        "boss on wan0, minion on wan1", "at least 99 % of each user's bytes on its link, at least 10 MB each way; no connection carries both users", SteerAsync);

    public DemoStep Replies() => new(
        "replies come back by the link they left on", "no byte comes back by another link; the devices' own counters agree", ReturnAsync);

    public static DemoStep IPv6() => new(
        "the same over IPv6", "at least 99 % of each user's bytes on its link, the replies too",
        static async (stage, cancellationToken) =>
        {
            if (await stage.SettleAsync(LabAddresses.Wan0, LabAddresses.Wan1, SettleLimit, cancellationToken, ipv6: true).ConfigureAwait(false) is null)
            {
                return ($"after {Words.Seconds(SettleLimit)} requests of boss and minion still do not leave by wan0 and wan1", false);
            }

            TrafficSnapshot before = await stage.TrafficAsync(cancellationToken).ConfigureAwait(false);
            await using ClientRun run = stage.Run(new ClientOrder { IPv6 = true, Requests = 2, Download = Size, Upload = Size });
            IReadOnlyList<ClientSample> samples = await run.FinishAsync(cancellationToken).ConfigureAwait(false);
            Traffic all = (await stage.TrafficAsync(cancellationToken).ConfigureAwait(false)).Since(before);

            // Connections of the step before are being closed meanwhile.
            var traffic = new Traffic([.. all.Flows.Where(f => f.Bytes.Peer.AddressFamily == AddressFamily.InterNetworkV6)]);
            bool pass = samples.All(s => s.Succeeded) && traffic is { Mixed: 0, Astray: 0 }
                && traffic.Up(DemoUser.Boss) >= 2 * Size && traffic.Up(DemoUser.Minion) >= 2 * Size
                && traffic.Share(DemoUser.Boss, LabAddresses.Wan0) >= Wanted && traffic.Share(DemoUser.Minion, LabAddresses.Wan1) >= Wanted;
            return (
                $"{Words.Share(traffic, DemoUser.Boss, LabAddresses.Wan0)}; {Words.Share(traffic, DemoUser.Minion, LabAddresses.Wan1)}; " +
                $"{traffic.Astray} bytes by another link; {Words.Failed(samples)}",
                pass);
        });

    private async Task<(string Measured, bool Pass)> SteerAsync(DemoStage stage, CancellationToken cancellationToken)
    {
        TimeSpan ready = await stage.StartAgentAsync(cancellationToken).ConfigureAwait(false);
        stage.View.Note($"Clovisor is ready after {Words.Milliseconds(ready)}");
        if (await stage.SettleAsync(LabAddresses.Wan0, LabAddresses.Wan1, SettleLimit, cancellationToken).ConfigureAwait(false) is not { } settled)
        {
            return ($"after {Words.Seconds(SettleLimit)} requests of boss and minion still do not leave by wan0 and wan1", false);
        }

        stage.View.Note($"new requests leave as the rules say {Words.Milliseconds(settled)} later");

        // Connections from before the rules were in force live for a second, and what closes them would be counted too.
        await DemoStage.PauseAsync(1500, cancellationToken).ConfigureAwait(false);
        TrafficSnapshot before = await stage.TrafficAsync(cancellationToken).ConfigureAwait(false);
        _before = await DeviceStatistics.ReadAsync(stage.Names.Edge, cancellationToken).ConfigureAwait(false);
        await using ClientRun run = stage.Run(new ClientOrder { Requests = Requests, Download = Size, Upload = Size });
        IReadOnlyList<ClientSample> samples = await run.FinishAsync(cancellationToken).ConfigureAwait(false);
        _traffic = (await stage.TrafficAsync(cancellationToken).ConfigureAwait(false)).Since(before);
        _after = await DeviceStatistics.ReadAsync(stage.Names.Edge, cancellationToken).ConfigureAwait(false);

        bool pass = samples.All(s => s.Succeeded) && _traffic.Mixed == 0
            && Good(_traffic, DemoUser.Boss, LabAddresses.Wan0) && Good(_traffic, DemoUser.Minion, LabAddresses.Wan1);
        return (
            $"{Words.Share(_traffic, DemoUser.Boss, LabAddresses.Wan0)}; {Words.Share(_traffic, DemoUser.Minion, LabAddresses.Wan1)}; " +
            $"{_traffic.Mixed} of {_traffic.Connections} connections carried both; {Words.Failed(samples)}",
            pass);
    }

    private static bool Good(Traffic traffic, string user, LabLink link) =>
        traffic.Share(user, link) >= Wanted && traffic.Up(user) >= Least && traffic.Down(user) >= Least;

    private Task<(string Measured, bool Pass)> ReturnAsync(DemoStage stage, CancellationToken cancellationToken)
    {
        if (_traffic is null)
        {
            return Task.FromResult(("nothing was transferred", false));
        }

        // A device counts Ethernet headers, probes and neighbour discovery too, so it may only have seen more.
        var lines = new List<string>();
        bool agree = true;
        foreach (LabLink link in LabAddresses.Links)
        {
            long sent = Device(_after, link).Sent - Device(_before, link).Sent;
            long received = Device(_after, link).Received - Device(_before, link).Received;
            long up = _traffic.Flows.Where(f => f.Bytes.Device == link.Device).Sum(f => f.Bytes.Up);
            long down = _traffic.Flows.Where(f => f.Bytes.Device == link.Device).Sum(f => f.Bytes.Down);
            agree &= Covers(sent, up) && Covers(received, down);
            lines.Add($"{link.Device} sent {Words.Megabytes(sent)} and received {Words.Megabytes(received)}, connections on it {Words.Megabytes(up)} and {Words.Megabytes(down)}");
        }

        return Task.FromResult(($"{_traffic.Astray} bytes by another link; {string.Join("; ", lines)}", _traffic.Astray == 0 && agree));
    }

    private static DeviceStatistics Device(IReadOnlyList<DeviceStatistics> all, LabLink link) => all.First(d => d.Device == link.Device);

    private static bool Covers(long device, long connections) => device >= connections && device <= (connections * 1.02) + 200_000;
}
