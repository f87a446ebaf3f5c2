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
                (LoadResult load, PacketCount count) = await stage.CountedAsync(() => stage.LoadAsync(port, http2, Requests, Connections, 0, cancellationToken), cancellationToken).ConfigureAwait(false);
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

    /// <summary>Connections break in the middle of requests, which are sent again on others.</summary>
    public async Task RetriesAsync(CancellationToken cancellationToken)
    {
        EnvoySettings settings = Settings with { Retries = 10, ConnectionLifetime = null };
        (string Name, EnvoyMode Mode, EnvoySettings Settings)[] modes =
            [("tag mode", EnvoyMode.Tag, settings), ("report mode", EnvoyMode.Report, settings), ("report mode with upstream_log", EnvoyMode.Report, settings with { AccessLogSocket = stage.AccessLogSocket }), ("exact mode", EnvoyMode.Exact, settings)];
        await stage.Tap.ResetOneInAsync(25, cancellationToken).ConfigureAwait(false);
        foreach ((string name, EnvoyMode mode, EnvoySettings chosen) in modes)
        {
            foreach (bool http2 in new[] { false, true })
            {
                int port = await stage.StartEnvoyAsync("retries", mode, chosen with { UpstreamHttp2 = http2 }, cancellationToken).ConfigureAwait(false);
                (LoadResult load, PacketCount count) = await stage.CountedAsync(() => stage.LoadAsync(port, http2, Requests / 4, Connections, 0, cancellationToken), cancellationToken, tagged: false).ConfigureAwait(false);
                bool tags = mode != EnvoyMode.Exact && chosen.AccessLogSocket is null;
                table.Add(
                    $"{name}, HTTP/{(http2 ? "2" : "1.1")}, one request packet in 25 answered by a reset: requests that are sent again mix no classes{(tags ? ", and go by their link" : "")}",
                    $"{count.Mixed} of {count.Connections} connections mixed; {count.SynsAstray} of {count.Syns} SYNs on another link; {load.Failures}",
                    count is { Mixed: 0, Data: > 0 } && load.Failed == 0 && (!tags || count.SynsAstray == 0));
                await stage.StopEnvoyAsync(port).ConfigureAwait(false);
            }
        }

        await stage.Tap.ResetOneInAsync(0, cancellationToken).ConfigureAwait(false);
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
        (string Name, EnvoyMode? Mode, bool Log)[] variants = [("no filter", null, false), ("tag", EnvoyMode.Tag, false), ("report", EnvoyMode.Report, false), ("report with upstream_log", EnvoyMode.Report, true), ("exact", EnvoyMode.Exact, false)];
        EnvoySettings settings = new() { AgentSocket = stage.Names.AgentSocket };
        List<int> ports = [];
        foreach ((_, EnvoyMode? mode, bool log) in variants)
        {
            ports.Add(await stage.StartEnvoyAsync("latency", mode, log ? settings with { AccessLogSocket = stage.AccessLogSocket } : settings, cancellationToken).ConfigureAwait(false));
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
        (EnvoyMode Mode, bool Log)[] asking = [(EnvoyMode.Report, false), (EnvoyMode.Report, true), (EnvoyMode.Exact, false)];
        foreach (bool slow in new[] { false, true })
        {
            await using StubAgent agent = await StubAgent.StartAsync(stub, stub + ".log", slow, cancellationToken).ConfigureAwait(false);
            foreach ((EnvoyMode mode, bool log) in asking)
            {
                await FailureAsync(slow ? "host takes a second for every answer" : "host answers 500", mode, settings with { AgentSocket = stub, AccessLogSocket = log ? stub + ".log" : null }, requests, null, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach ((EnvoyMode mode, bool log) in asking)
        {
            await FailureAsync("host was never there", mode, settings with { AgentSocket = stub + ".none", AccessLogSocket = log ? stub + ".none.log" : null }, requests, null, cancellationToken).ConfigureAwait(false);
        }

        foreach ((EnvoyMode mode, bool log) in asking)
        {
            await FailureAsync("host killed on the way", mode, settings with { AccessLogSocket = log ? stage.AccessLogSocket : null }, requests, stage.KillAgentAsync, cancellationToken).ConfigureAwait(false);
            await stage.StartAgentAsync("translated", cancellationToken).ConfigureAwait(false);
        }

        await stage.KillAgentAsync().ConfigureAwait(false);
        await FailureAsync("host dead", EnvoyMode.Tag, settings with { ConnectionLifetime = TimeSpan.FromMilliseconds(250) }, requests, null, cancellationToken, stillSteered: true).ConfigureAwait(false);
    }

    private async Task FailureAsync(
        string what, EnvoyMode mode, EnvoySettings settings, int requests, Func<Task>? strike, CancellationToken cancellationToken, bool stillSteered = false)
    {
        int port = await stage.StartEnvoyAsync("failure", mode, settings, cancellationToken).ConfigureAwait(false);
        (LoadResult load, PacketCount count) = await stage.CountedAsync(
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
            $"{mode.ToString().ToLowerInvariant()} mode{(settings.AccessLogSocket is null ? "" : " with upstream_log")}, {what}: no request fails{(stillSteered ? ", and packets go by their links as before" : "")}",
            $"{load.Failures}; p50 {load.Percentile(0.5):0} µs, p99 {load.Percentile(0.99) / 1000:0.0} ms{(stillSteered ? $"; {count}" : "")}",
            load.Failed == 0 && load.Requests == requests && (!stillSteered || count is { Astray: 0, SynsAstray: 0, Packets: > 0 }));
        await stage.StopEnvoyAsync(port).ConfigureAwait(false);
    }
}
