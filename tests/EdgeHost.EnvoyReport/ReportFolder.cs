using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>The documents that host and proxies work by.</summary>
internal static class ReportFolder
{
    private const string Associations = """
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: { name: boss }
        spec:
          match: { meshRoute: app/httpbin/boss }
          tiers: [ { links: [wan0] }, { links: [wan1] } ]
          tag: { dscp: ef, sourcePorts: 40000-41999 }
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: { name: minion }
        spec:
          match: { meshRoute: app/httpbin/minion }
          tiers: [ { links: [wan1] }, { links: [wan0] } ]
          tag: { dscp: af11 }
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: { name: clerk }
        spec:
          match: { meshRoute: app/httpbin/clerk }
          tiers: [ { links: [wan1] }, { links: [wan0] } ]
          tag: { sourcePorts: 42000-43999 }
        """;

    private const string Rules = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: httpbin, namespace: app }
        spec:
          hosts: [httpbin.example.com]
          http:
          - { name: boss, match: [ { headers: { user: { exact: boss } } } ], route: [ { destination: { host: httpbin.example.com } } ] }
          - { name: minion, match: [ { headers: { user: { exact: minion } } } ], route: [ { destination: { host: httpbin.example.com } } ] }
          - { name: clerk, match: [ { headers: { user: { exact: clerk } } } ], route: [ { destination: { host: httpbin.example.com } } ] }
          - { name: anybody, route: [ { destination: { host: httpbin.example.com } } ] }
        """;

    /// <param name="names">The lab.</param>
    /// <param name="addressing">Of both links: <c>translated</c> or <c>preserved</c>.</param>
    public static void Write(LabNames names, string addressing)
    {
        string shipped = Path.Combine(AppContext.BaseDirectory, "config");

        // Links do not fail here. Probes that are late because the machine is busy must not move what is being counted.
        string links = File.ReadAllText(Path.Combine(shipped, "links.yaml"))
            .Replace("addressing: translated", $"addressing: {addressing}", StringComparison.Ordinal)
            .Replace("interval: 100ms, timeout: 300ms, lost: 3", "interval: 500ms, timeout: 5s, lost: 10", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(names.ConfigDirectory, "links.yaml"), links);
        File.Copy(Path.Combine(shipped, "service.yaml"), Path.Combine(names.ConfigDirectory, "service.yaml"), overwrite: true);
        File.WriteAllText(Path.Combine(names.ConfigDirectory, "associations.yaml"), Associations);
        File.WriteAllText(Path.Combine(names.ConfigDirectory, "rules.yaml"), Rules);
    }
}
