using Clovisor.EdgeHost.CommandLine;
using Clovisor.Hosting.Envoy;
using Clovisor.Istio.Routing;
using Clovisor.Istio.Serialization;
using Clovisor.Wan.Configuration;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>Reads a folder of YAML for Envoy: what a host does with it, without a host.</summary>
internal static class RuleFolder
{
    /// <exception cref="EdgeHostException">There is no such folder, a document is not valid, or no rule is for the port.</exception>
    public static EnvoyRules Read(string folder, IstioProxy proxy, int port)
    {
        string tried = $"cannot write Envoy's configuration from {folder}";
        if (!Directory.Exists(folder))
        {
            throw new EdgeHostException(tried, "there is no such folder", "Name the folder with the YAML of links, associations and route rules");
        }

        (string Name, string Text)[] files = [.. Directory.EnumerateFiles(folder, "*.yaml").Order().Select(file => (Path.GetFileName(file), File.ReadAllText(file)))];
        IstioReadResult mesh = IstioYaml.Read(files.Select(file => new NamedText(file.Name, file.Text)), null);
        ConfigurationResult wan = WanConfigurationReader.Read(files.Select(file => new ConfigurationText(file.Name, file.Text)));
        if (mesh.Configuration is null || wan.Configuration is null)
        {
            IEnumerable<string> errors = mesh.Errors.Select(e => e.ToString()).Concat(wan.Errors.Select(e => e.ToString()!));
            throw new EdgeHostException(tried, string.Join("; ", errors), "Correct the files");
        }

        EnvoyRules rules = EnvoyRules.Of(mesh.Configuration, wan.Configuration, proxy, port);
        return rules.Hosts.IsEmpty
            ? throw NoTable(tried, proxy, port)
            : rules;
    }

    internal static EdgeHostException NoTable(string tried, IstioProxy proxy, int port) => new(
        tried, $"a {(proxy.Kind == ProxyKind.Gateway ? "gateway" : "sidecar")} in namespace {proxy.Namespace} has no route table for port {port}", "Correct the rules, or name another port or namespace");
}
