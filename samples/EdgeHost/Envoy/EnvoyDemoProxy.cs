using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>A real Envoy as the proxy at the edge, in tag mode.</summary>
internal sealed class EnvoyDemoProxy(string binary) : IDemoProxy
{
    public Task<LabProcess> StartAsync(LabNames names, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder(names));
        EnvoyRules rules = EnvoyRules.Read(names.ConfigDirectory);
        File.WriteAllText(RoutesFile(names), EnvoyConfiguration.Routes(rules.Hosts));
        string bootstrap = Path.Combine(Folder(names), "bootstrap.yaml");
        File.WriteAllText(bootstrap, EnvoyConfiguration.Bootstrap(rules.Classes, RoutesFile(names)));
        return Task.FromResult(LabProcess.Start(
            names, names.Edge, "envoy", [binary, "-c", bootstrap, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warn"]));
    }

    /// <summary>New routes for the rules as they are now; the file appears whole, under the old name.</summary>
    public Task RulesChangedAsync(LabNames names, CancellationToken cancellationToken)
    {
        string draft = Path.Combine(names.RunDirectory, "routes.draft");
        File.WriteAllText(draft, EnvoyConfiguration.Routes(EnvoyRules.Read(names.ConfigDirectory).Hosts));
        File.Move(draft, RoutesFile(names), overwrite: true);
        return Task.CompletedTask;
    }

    private static string Folder(LabNames names) => Path.Combine(names.RunDirectory, "envoy");

    private static string RoutesFile(LabNames names) => Path.Combine(Folder(names), "routes.yaml");
}
