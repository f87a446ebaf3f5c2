using System.Net;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Lab;
using Clovisor.Hosting.Envoy;
using Clovisor.Istio;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;
using Clovisor.Wan.Configuration;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>A real Envoy as the proxy at the edge, in report mode: the host decides, Envoy's sockets carry the tag.</summary>
internal sealed class EnvoyReportProxy(string binary) : IDemoProxy
{
    public async Task<LabProcess> StartAsync(LabNames names, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(names.RunDirectory, "envoy");
        Directory.CreateDirectory(folder);
        string bootstrap = Path.Combine(folder, "bootstrap.yaml");
        await File.WriteAllTextAsync(bootstrap, Render(names), cancellationToken).ConfigureAwait(false);
        return LabProcess.Start(
            names, names.Edge, "envoy", [binary, "-c", bootstrap, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warn"]);
    }

    /// <summary>The host evaluates the rules; Envoy asks again by itself.</summary>
    public Task RulesChangedAsync(LabNames names, CancellationToken cancellationToken) => Task.CompletedTask;

    private static string Render(LabNames names)
    {
        (string Name, string Text)[] files =
            [.. Directory.EnumerateFiles(names.ConfigDirectory, "*.yaml").Order().Select(file => (Path.GetFileName(file), File.ReadAllText(file)))];
        IstioReadResult mesh = IstioYaml.Read(files.Select(file => new NamedText(file.Name, file.Text)), null);
        ConfigurationResult wan = WanConfigurationReader.Read(files.Select(file => new ConfigurationText(file.Name, file.Text)));
        if (mesh.Configuration is null || wan.Configuration is null)
        {
            IEnumerable<string> errors = mesh.Errors.Select(e => e.ToString()).Concat(wan.Errors.Select(e => e.ToString()!));
            throw new EdgeHostException($"cannot write Envoy's configuration from {names.ConfigDirectory}", string.Join("; ", errors), "Correct the files");
        }

        IstioProxy proxy = new() { Kind = ProxyKind.Sidecar, Namespace = "app" };
        RequestFields fields = new RouteCompiler(mesh.Configuration).Compile(proxy, "80")?.Fields
            ?? throw new EdgeHostException($"cannot write Envoy's configuration from {names.ConfigDirectory}", "no rule is for port 80", "Correct the files");
        return ReportConfiguration.Render(
            Hosting.Envoy.EnvoyClass.Of(wan.Configuration),
            fields,
            new EnvoySettings
            {
                Listen = new IPEndPoint(IPAddress.Parse(LabAddresses.EdgeLan), LabAddresses.SidecarPort),
                Upstream = new IPEndPoint(IPAddress.Parse(LabAddresses.ServiceV4), LabAddresses.ServicePort),
                AgentSocket = names.AgentSocket,
                RememberFor = TimeSpan.FromMilliseconds(500),
                ConnectionLifetime = TimeSpan.FromSeconds(1),
                Retries = 20,
            });
    }
}
