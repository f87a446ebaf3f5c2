using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Cloud;
using Clovisor.Hosting.Envoy;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>Modes that tag nothing and learn of a connection after its SYN: what goes by the node's routes until then, and what becomes of it.</summary>
internal sealed class LateSections(ReportStage stage, ReportTable table, bool quick)
{
    private const int Connections = 50;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private int Requests => quick ? 2000 : 10_000;

    private EnvoySettings Settings => new()
    {
        AgentSocket = stage.Names.AgentSocket,
        Timeout = TimeSpan.FromMilliseconds(500),
        OpenTimeout = TimeSpan.FromSeconds(1),
        ConnectTimeout = TimeSpan.FromSeconds(2),
    };

    private (string Name, EnvoyMode Mode, EnvoySettings Settings)[] Mechanisms =>
        [("upstream_log", EnvoyMode.Report, Settings with { AccessLogSocket = stage.AccessLogSocket }), ("exact mode", EnvoyMode.Exact, Settings)];

    /// <param name="addressing">Of the links. Where each has an address of its own, a connection cannot move any more.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RunAsync(string addressing, CancellationToken cancellationToken)
    {
        foreach ((string name, EnvoyMode mode, EnvoySettings settings) in Mechanisms)
        {
            foreach (bool http2 in new[] { false, true })
            {
                string what = $"{name}, {addressing} links, HTTP/{(http2 ? "2" : "1.1")}";
                await ComingAsync(what, mode, settings with { UpstreamHttp2 = http2, ConnectionLifetime = TimeSpan.FromMilliseconds(250) }, addressing == "preserved", cancellationToken).ConfigureAwait(false);
                await SettledAsync(what, mode, settings with { UpstreamHttp2 = http2 }, addressing == "preserved", cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>New connections all the time.</summary>
    private async Task ComingAsync(string what, EnvoyMode mode, EnvoySettings settings, bool moves, CancellationToken cancellationToken)
    {
        int port = await stage.StartEnvoyAsync("coming", mode, settings, cancellationToken).ConfigureAwait(false);
        (LoadResult load, PacketCount count) = await stage.CountedAsync(
            () => stage.LoadAsync(port, settings.UpstreamHttp2, Requests, Connections, 0, cancellationToken), cancellationToken, tagged: false).ConfigureAwait(false);
        bool exact = mode == EnvoyMode.Exact;
        table.Add(
            $"{what}, new connections: {(!moves ? "each keeps its first link" : exact ? "no request on another link, only handshakes" : "what leaves before the report is counted")}; none of two classes",
            $"{count.DataAstray} of {count.Data} packets with requests, {count.Astray} of {count.Packets} packets and {count.SynsAstray} of {count.Syns} SYNs on another link; {count.Moved} of {count.Connections} connections moved, {count.Mixed} mixed; {load.Failures}",
            count is { Mixed: 0, Data: > 0 } && load.Failed == 0 && load.Requests == Requests && (!moves ? count.Moved == 0 : !exact || count.DataAstray == 0));
        await stage.StopEnvoyAsync(port).ConfigureAwait(false);
    }

    /// <summary>Connections that stay: from when the host lists them on, what goes astray, and whether the host knows where they are.</summary>
    private async Task SettledAsync(string what, EnvoyMode mode, EnvoySettings settings, bool moves, CancellationToken cancellationToken)
    {
        string service = ReportStage.ServiceOf(settings).ToString();
        int port = await stage.StartEnvoyAsync("settled", mode, settings, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ConnectionRecord> first = await stage.RecordsAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<ConnectionRecord> before = [];
        HashSet<string> installed = [];
        LoadResult load = await stage.LoadInTwoPartsAsync(
            port, settings.UpstreamHttp2, Requests, Connections,
            async () =>
            {
                before = await stage.RecordsAsync(cancellationToken).ConfigureAwait(false);
                installed = await InstalledAsync([.. before.Skip(first.Count)], service, cancellationToken).ConfigureAwait(false);
                await stage.Tap.ClearAsync(cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        SeenPackets[] seen = [.. (await stage.Tap.ReadAsync(cancellationToken).ConfigureAwait(false)).Where(packets => installed.Contains(packets.Peer.ToString()))];
        IReadOnlyDictionary<string, AgentSession> known = await KnownAsync(service, cancellationToken).ConfigureAwait(false);
        PacketCount count = PacketCount.Of(seen, before, await stage.RecordsAsync(cancellationToken).ConfigureAwait(false), user => ReportClass.Of(user).Link.Device, tagged: false);
        SeenPackets[] ways = [.. seen.Where(packets => packets.Kind == PacketKind.Any)];
        int astray = ways.Where(packets => packets.Device != ReportClass.Of(known[packets.Peer.ToString()].Association!).Link.Device).Select(packets => packets.Peer).Distinct().Count();
        int wrong = ways.Count(packets => known[packets.Peer.ToString()].Link != packets.Device);
        table.Add(
            $"{what}, from the report on: {(moves ? "0 packets of a class on another's link" : "connections stay, and /v1/sessions shows them where they are")}; none of two classes",
            $"{count.DataAstray} of {count.Data} packets with requests and {count.Astray} of {count.Packets} packets on another link; {astray} of {installed.Count} reported connections on their first link, {wrong} elsewhere than listed, {count.Moved} moved, {count.Mixed} mixed; {load.Failures}",
            count is { Mixed: 0, Data: > 0, Moved: 0 } && wrong == 0 && load.Failed == 0 && load.Requests == Requests && (moves ? count.Astray == 0 : astray > 0));
        await stage.StopEnvoyAsync(port).ConfigureAwait(false);
    }

    /// <summary>The connections of classes, as the server sees them, once the host lists them all.</summary>
    private async Task<HashSet<string>> InstalledAsync(IReadOnlyList<ConnectionRecord> records, string service, CancellationToken cancellationToken)
    {
        HashSet<string> wanted = [.. records.Where(record => !record.Users.Contains("other")).Select(record => record.Peer)];
        for (long begun = TimeProvider.System.GetTimestamp(); ;)
        {
            IReadOnlyDictionary<string, AgentSession> known = await KnownAsync(service, cancellationToken).ConfigureAwait(false);
            if (wanted.All(known.ContainsKey) || TimeProvider.System.GetElapsedTime(begun) > Limit)
            {
                wanted.IntersectWith(known.Keys);
                return wanted;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyDictionary<string, AgentSession>> KnownAsync(string service, CancellationToken cancellationToken) =>
        (await stage.SessionsAsync(cancellationToken).ConfigureAwait(false)).Where(session => session.Association is not null && session.Destination == service)
            .DistinctBy(session => session.TranslatedSource ?? session.Source).ToDictionary(session => session.TranslatedSource ?? session.Source);
}
