using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>A real Envoy as the proxy at the edge, in tag mode.</summary>
internal sealed class EnvoyDemoProxy(string binary) : IDemoProxy
{
    public async Task<LabProcess> StartAsync(LabNames names, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder(names));
        EnvoyRules rules = EnvoyRules.Read(names.ConfigDirectory);
        await File.WriteAllTextAsync(RoutesFile(names), EnvoyConfiguration.Routes(rules.Hosts), cancellationToken).ConfigureAwait(false);
        string bootstrap = Path.Combine(Folder(names), "bootstrap.yaml");
        await File.WriteAllTextAsync(bootstrap, EnvoyConfiguration.Bootstrap(rules.Classes, RoutesFile(names)), cancellationToken).ConfigureAwait(false);
        return LabProcess.Start(
            names, names.Edge, "envoy", [binary, "-c", bootstrap, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warn"]);
    }

    /// <summary>New routes for the rules as they are now; the file appears whole, under the old name.</summary>
    public async Task RulesChangedAsync(LabNames names, CancellationToken cancellationToken)
    {
        string draft = Path.Combine(names.RunDirectory, "routes.draft");
        await File.WriteAllTextAsync(draft, EnvoyConfiguration.Routes(EnvoyRules.Read(names.ConfigDirectory).Hosts), cancellationToken).ConfigureAwait(false);
        File.Move(draft, RoutesFile(names), overwrite: true);
    }

    private static string Folder(LabNames names) => Path.Combine(names.RunDirectory, "envoy");

    private static string RoutesFile(LabNames names) => Path.Combine(Folder(names), "routes.yaml");
}
