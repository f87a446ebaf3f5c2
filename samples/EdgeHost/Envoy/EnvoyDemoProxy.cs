using System.Net;
using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Lab;
using Clovisor.Hosting.Envoy;
using Clovisor.Istio.Routing;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>A real Envoy as the proxy at the edge. In report mode the host decides and is asked again by Envoy itself; in tag mode Envoy's routes decide.</summary>
internal sealed class EnvoyDemoProxy(string binary, EnvoyMode mode) : IDemoProxy
{
    public async Task<IReadOnlyList<LabProcess>> StartAsync(LabNames names, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder(names));
        EnvoyRules rules = Rules(names);
        EnvoySettings settings = Settings(names);
        if (mode == EnvoyMode.Tag)
        {
            await File.WriteAllTextAsync(settings.RoutesFile!, EnvoyConfiguration.RenderRoutes(rules, settings), cancellationToken).ConfigureAwait(false);
        }

        string bootstrap = Path.Combine(Folder(names), "bootstrap.yaml");
        await File.WriteAllTextAsync(bootstrap, EnvoyConfiguration.Render(mode, rules, settings), cancellationToken).ConfigureAwait(false);
        return [LabProcess.Start(names, names.Edge, "envoy", [binary, "-c", bootstrap, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warn"])];
    }

    /// <summary>In tag mode, new routes for the rules as they are now; the file appears whole, under the old name.</summary>
    public async Task RulesChangedAsync(LabNames names, CancellationToken cancellationToken)
    {
        if (mode != EnvoyMode.Tag)
        {
            return;
        }

        EnvoySettings settings = Settings(names);
        string draft = Path.Combine(names.RunDirectory, "routes.draft");
        await File.WriteAllTextAsync(draft, EnvoyConfiguration.RenderRoutes(Rules(names), settings), cancellationToken).ConfigureAwait(false);
        File.Move(draft, settings.RoutesFile!, overwrite: true);
    }

    private static string Folder(LabNames names) => Path.Combine(names.RunDirectory, "envoy");

    private static EnvoyRules Rules(LabNames names) =>
        RuleFolder.Read(names.ConfigDirectory, new IstioProxy { Kind = ProxyKind.Sidecar, Namespace = "app" }, LabAddresses.ServicePort);

    // Links come and go within seconds, so connections are not kept, and requests that a cut link swallowed are sent again.
    private EnvoySettings Settings(LabNames names) => new()
    {
        Listen = new IPEndPoint(IPAddress.Parse(LabAddresses.EdgeLan), LabAddresses.SidecarPort),
        Upstream = new IPEndPoint(IPAddress.Parse(LabAddresses.ServiceV4), LabAddresses.ServicePort),
        AgentSocket = names.AgentSocket,
        RoutesFile = mode == EnvoyMode.Tag ? Path.Combine(Folder(names), "routes.yaml") : null,
        RememberFor = TimeSpan.FromMilliseconds(500),
        ConnectionLifetime = TimeSpan.FromSeconds(1),
        Retries = 20,
    };
}
