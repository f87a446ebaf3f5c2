namespace Clovisor.Hosting.Tests;

/// <summary>A folder of YAML that is removed again.</summary>
internal sealed class ConfigurationFolder : IDisposable
{
    internal const string Mesh = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: httpbin, namespace: app}
        spec:
          hosts: [httpbin.app.svc.cluster.local]
          addresses: [10.96.1.1]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: STATIC
          endpoints: [{address: 10.96.1.1}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: httpbin, namespace: app}
        spec:
          hosts: [httpbin.app.svc.cluster.local]
          http:
          - name: boss
            match: [{headers: {user: {exact: boss}}}]
            route: [{destination: {host: httpbin.app.svc.cluster.local}}]
          - name: minion
            match: [{headers: {user: {exact: minion}}}]
            route: [{destination: {host: httpbin.app.svc.cluster.local}}]
          - name: rest
            route: [{destination: {host: httpbin.app.svc.cluster.local}}]
        """;

    internal const string Wan = """
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanLink
        metadata: {name: fibre}
        spec: {device: wan0, nextHop: 10.9.0.2}
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanLink
        metadata: {name: lte}
        spec: {device: wan1, nextHop: 10.9.1.2}
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: {name: boss}
        spec:
          match: {meshRoute: app/httpbin/boss}
          tiers: [{links: [fibre]}, {links: [lte]}]
        ---
        apiVersion: wan.clovisor.io/v1alpha1
        kind: WanAssociation
        metadata: {name: minion}
        spec:
          match: {meshRoute: app/httpbin/minion}
          tiers: [{links: [lte]}, {links: [fibre]}]
          tag: {dscp: 10}
        """;

    internal string Path { get; } = Directory.CreateTempSubdirectory("clvt-hosting-").FullName;

    internal static ConfigurationFolder OfDemo()
    {
        ConfigurationFolder folder = new();
        folder.Write("mesh.yaml", Mesh);
        folder.Write("wan.yaml", Wan);
        return folder;
    }

    internal void Write(string name, string text) => File.WriteAllText(System.IO.Path.Combine(Path, name), text);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
