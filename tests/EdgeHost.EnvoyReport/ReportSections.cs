using Clovisor.EdgeHost.Cloud;
using Clovisor.EdgeHost.Lab;
using Clovisor.Hosting.Envoy;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>What is measured, one section after the other.</summary>
internal sealed class ReportSections(ReportStage stage, ReportTable table, bool quick)
{
    private const int Connections = 50;

    private int Requests => quick ? 2000 : 10_000;

    // New connections all the time, so that many SYNs are seen. A class that is asked for is waited for: what is measured here is where packets go.
    private EnvoySettings Settings => new()
    {
        AgentSocket = stage.Names.AgentSocket,
        Timeout = TimeSpan.FromMilliseconds(500),
        ConnectTimeout = TimeSpan.FromSeconds(2),
        ConnectionLifetime = TimeSpan.FromMilliseconds(250),
    };

    /// <summary>Modes whose tag is on the SYN: nothing may go astray.</summary>
    public async Task ClassesAsync(CancellationToken cancellationToken)
    {
        foreach (EnvoyMode mode in new[] { EnvoyMode.Tag, EnvoyMode.Report })
        {
            foreach (bool http2 in new[] { false, true })
            {
                EnvoySettings settings = Settings with { UpstreamHttp2 = http2 };
                int port = await stage.StartEnvoyAsync(mode.ToString(), mode, settings, cancellationToken).ConfigureAwait(false);
                (LoadResult load, PacketCount count) = await CountedAsync(() => stage.LoadAsync(port, http2, Requests, Connections, 0, cancellationToken), cancellationToken).ConfigureAwait(false);
                table.Add(
                    $"{mode.ToString().ToLowerInvariant()} mode, HTTP/{(http2 ? "2" : "1.1")}: 0 packets of a class on another's link, SYN included; no connection of two classes",
                    $"{count}; {load.Failures}",
                    count is { Astray: 0, SynsAstray: 0, Untagged: 0, Mixed: 0, Packets: > 0 } && count.Syns > 0 && load.Failed == 0 && load.Requests == Requests);
                await stage.StopEnvoyAsync(port).ConfigureAwait(false);
                if (count.Astray > 0)
                {
                    await stage.ExplainAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Exact mode, which learns of a connection after its SYN: what goes by the node's routes until then, and what becomes of it.</summary>
    /// <param name="addressing">Of the links. Where each has an address of its own, a connection cannot move any more.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task ExactAsync(string addressing, CancellationToken cancellationToken)
    {
        bool moves = addressing == "preserved";
        foreach (bool http2 in new[] { false, true })
        {
            EnvoySettings settings = Settings with { UpstreamHttp2 = http2, OpenTimeout = TimeSpan.FromSeconds(1) };
            int port = await stage.StartEnvoyAsync("exact", EnvoyMode.Exact, settings, cancellationToken).ConfigureAwait(false);
            (LoadResult load, PacketCount count) = await CountedAsync(() => stage.LoadAsync(port, http2, Requests, Connections, 0, cancellationToken), cancellationToken, tagged: false).ConfigureAwait(false);
            table.Add(
                $"exact mode, {addressing} links, HTTP/{(http2 ? "2" : "1.1")}: {(moves ? "no request on another link, only handshakes" : "each connection keeps its first link")}; no connection of two classes",
                $"{count.DataAstray} of {count.Data} packets with requests, {count.Astray} of {count.Packets} packets and {count.SynsAstray} of {count.Syns} SYNs on another link; {count.Moved} of {count.Connections} connections moved, {count.Mixed} mixed; {load.Failures}",
                count is { Mixed: 0, Data: > 0 } && load.Failed == 0 && load.Requests == Requests && (moves ? count.DataAstray == 0 : count.Moved == 0));
            await stage.StopEnvoyAsync(port).ConfigureAwait(false);
        }
    }

    /// <summary>A process of the node that is not the proxy.</summary>
    public async Task ForgeryAsync(CancellationToken cancellationToken)
    {
        await stage.Tap.ClearAsync(cancellationToken).ConfigureAwait(false);
        await stage.ForgeAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<SeenPackets> seen = await stage.Tap.ReadAsync(cancellationToken).ConfigureAwait(false);
        long all = seen.Where(packets => packets.Kind == PacketKind.Any).Sum(packets => packets.Count);
        long steered = seen.Where(packets => packets.Kind == PacketKind.Any && packets.Device != LabAddresses.Wan0.Device).Sum(packets => packets.Count);
        table.Add("tags of a process that is not the proxy: no packet by the class's link", $"{steered} of {all} packets", steered == 0 && all > 0);
    }

    /// <summary>What the filters cost: the same requests through each proxy in turns.</summary>
    public async Task LatencyAsync(CancellationToken cancellationToken)
    {
        (string Name, EnvoyMode? Mode)[] variants = [("no filter", null), ("tag", EnvoyMode.Tag), ("report", EnvoyMode.Report)];
        EnvoySettings settings = new() { AgentSocket = stage.Names.AgentSocket };
        List<int> ports = [];
        foreach ((string name, EnvoyMode? mode) in variants)
        {
            ports.Add(await stage.StartEnvoyAsync("latency", mode, settings, cancellationToken).ConfigureAwait(false));
            await stage.LoadAsync(ports[^1], http2: false, 500, 8, 0, cancellationToken).ConfigureAwait(false);
        }

        LoadResult[] sums = [.. variants.Select(_ => LoadResult.None)];
        for (int round = 0; round < (quick ? 3 : 10); round++)
        {
            for (int at = 0; at < variants.Length; at++)
            {
                // Another one first in each round.
                int variant = (at + round) % variants.Length;
                sums[variant] += await stage.LoadAsync(ports[variant], http2: false, 400, 8, 200, cancellationToken).ConfigureAwait(false);
            }
        }

        for (int at = 0; at < variants.Length; at++)
        {
            LoadResult sum = sums[at];
            table.Add(
                $"latency at 200 requests a second, {variants[at].Name}",
                $"p50 {sum.Percentile(0.5):0} µs, p99 {sum.Percentile(0.99):0} µs; against no filter {sum.Percentile(0.5) - sums[0].Percentile(0.5):+0;-0;0} and {sum.Percentile(0.99) - sums[0].Percentile(0.99):+0;-0;0} µs; {sum.Failures}",
                at == 0 ? null : sum.Failed == 0);
            await stage.StopEnvoyAsync(ports[at]).ConfigureAwait(false);
        }
    }

    /// <summary>The host dies, is slow, answers 500, was never there: traffic goes on in each mode. The last section: it kills the host.</summary>
    public async Task FailuresAsync(CancellationToken cancellationToken)
    {
        int requests = quick ? 1000 : 4000;
        EnvoySettings settings = new() { AgentSocket = stage.Names.AgentSocket };
        string stub = Path.Combine(stage.Names.RunDirectory, "stub.sock");
        foreach (bool slow in new[] { false, true })
        {
            await using StubAgent agent = await StubAgent.StartAsync(stub, slow, cancellationToken).ConfigureAwait(false);
            await FailureAsync(slow ? "host takes a second for every answer" : "host answers 500", EnvoyMode.Report, settings with { AgentSocket = stub }, requests, null, cancellationToken).ConfigureAwait(false);
        }

        await FailureAsync("host was never there", EnvoyMode.Report, settings with { AgentSocket = stub + ".none" }, requests, null, cancellationToken).ConfigureAwait(false);
        await FailureAsync("host killed on the way", EnvoyMode.Report, settings, requests, stage.KillAgentAsync, cancellationToken).ConfigureAwait(false);
        await FailureAsync("host dead", EnvoyMode.Tag, settings with { ConnectionLifetime = TimeSpan.FromMilliseconds(250) }, requests, null, cancellationToken, stillSteered: true).ConfigureAwait(false);
    }

    private async Task FailureAsync(
        string what, EnvoyMode mode, EnvoySettings settings, int requests, Func<Task>? strike, CancellationToken cancellationToken, bool stillSteered = false)
    {
        int port = await stage.StartEnvoyAsync("failure", mode, settings, cancellationToken).ConfigureAwait(false);
        (LoadResult load, PacketCount count) = await CountedAsync(
            async () =>
            {
                Task<LoadResult> running = stage.LoadAsync(port, http2: false, requests, 8, 400, cancellationToken);
                if (strike is not null)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(requests / 3.0 * 2.5), TimeProvider.System, cancellationToken).ConfigureAwait(false);
                    await strike().ConfigureAwait(false);
                }

                return await running.ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        table.Add(
            $"{mode.ToString().ToLowerInvariant()} mode, {what}: no request fails{(stillSteered ? ", and packets go by their links as before" : "")}",
            $"{load.Failures}; p50 {load.Percentile(0.5):0} µs, p99 {load.Percentile(0.99) / 1000:0.0} ms{(stillSteered ? $"; {count}" : "")}",
            load.Failed == 0 && load.Requests == requests && (!stillSteered || count is { Astray: 0, SynsAstray: 0, Packets: > 0 }));
        await stage.StopEnvoyAsync(port).ConfigureAwait(false);
    }

    private async Task<(LoadResult Load, PacketCount Count)> CountedAsync(Func<Task<LoadResult>> run, CancellationToken cancellationToken, bool tagged = true)
    {
        await stage.Tap.ClearAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ConnectionRecord> before = await stage.RecordsAsync(cancellationToken).ConfigureAwait(false);
        LoadResult load = await run().ConfigureAwait(false);
        IReadOnlyList<SeenPackets> seen = await stage.Tap.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (load, PacketCount.Of(seen, before, await stage.RecordsAsync(cancellationToken).ConfigureAwait(false), user => ReportClass.Of(user).Link.Device, tagged));
    }
}
