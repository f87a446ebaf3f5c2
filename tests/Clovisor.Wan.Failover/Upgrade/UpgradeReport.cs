using System.Diagnostics;
using System.Globalization;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Failover.Measuring;

namespace Clovisor.Wan.Failover.Upgrade;

/// <summary>A host is replaced again and again under a hundred flows of a thousand packets a second, as a rolling update does it: the old one ends, then the new one starts.</summary>
internal static class UpgradeReport
{
    private const int Flows = 100;
    private const string Wanted = "wan1";

    private static readonly TimeSpan Before = TimeSpan.FromMilliseconds(300);

    public static async Task<IReadOnlyList<Line>> RunAsync(EdgeLab lab, UpgradeOptions options, CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync(Path.Combine(lab.Names.ConfigDirectory, "all.yaml"), Configuration, cancellationToken).ConfigureAwait(false);
        var arrivals = new ArrivalCounters(lab);
        await arrivals.InstallAsync(cancellationToken).ConfigureAwait(false);
        AgentProcess agent = await AgentProcess.StartAsync(lab.Names, options.Host, 0, cancellationToken).ConfigureAwait(false);
        List<double> away = [];
        long sent;
        var watch = Stopwatch.StartNew();
        try
        {
            using var flood = new Flood(lab.Names, LabAddresses.EdgeLan, Flows, agent.Report);
            for (int i = 1; i <= options.Upgrades; i++)
            {
                await Task.Delay(Before, TimeProvider.System, cancellationToken).ConfigureAwait(false);
                long start = Stopwatch.GetTimestamp();
                await agent.TerminateAsync(cancellationToken).ConfigureAwait(false);
                agent = await AgentProcess.StartAsync(lab.Names, options.Host, i, cancellationToken).ConfigureAwait(false);
                away.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            await Task.Delay(Before, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            flood.Dispose();
            sent = flood.Sent + flood.Refused;
        }
        finally
        {
            await agent.DisposeAsync().ConfigureAwait(false);
        }

        double rate = sent / watch.Elapsed.TotalSeconds;
        IReadOnlyDictionary<string, long> arrived = await arrivals.ReadAsync(cancellationToken).ConfigureAwait(false);
        long wrong = arrived.Where(static link => link.Key != Wanted).Sum(static link => link.Value);
        long lost = sent - arrived.Values.Sum();
        var spans = new Distribution(away);
        Line[] lines =
        [
            new Line($"{Flows} flows: lost in {options.Upgrades} upgrades", "0", Number(lost) + string.Create(CultureInfo.InvariantCulture, $" of {sent} ({rate:0}/s)"), lost == 0),
            new Line($"{Flows} flows: on a wrong link in {options.Upgrades} upgrades", "0", Number(wrong), wrong == 0),
            new Line("from the end asked for to the new host ready", "", string.Create(CultureInfo.InvariantCulture, $"p50 {spans.P50:0} ms, max {spans.Max:0} ms"), null),
        ];
        return [.. lines.Select(static line => line.Print())];
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Configuration => $$"""
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: { name: httpbin, namespace: app }
        spec:
          hosts: [httpbin.example.com]
          addresses: [{{LabAddresses.ServiceV4}}]
          location: MESH_EXTERNAL
          resolution: STATIC
          ports: [{ number: {{ArrivalCounters.Port}}, name: http, protocol: HTTP }]
          endpoints: [{ address: {{LabAddresses.ServiceV4}} }]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: httpbin, namespace: app }
        spec:
          hosts: [httpbin.example.com]
          http:
          - name: minion
            match: [{ headers: { user: { exact: minion } } }]
            route: [{ destination: { host: httpbin.example.com } }]
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: { name: minion }
        spec:
          match: { meshRoute: [app/httpbin/minion] }
          tiers: [{ links: [wan1] }, { links: [wan0] }]
        """ + string.Concat(LabAddresses.Links.Select(link => $$"""

        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanLink
        metadata: { name: {{link.Device}} }
        spec:
          device: {{link.Device}}
          nextHop: [{{link.CloudV4}}]
          addressing: preserved
          probes: [{ targets: [{{link.CloudV4}}] }]
        """));
}
