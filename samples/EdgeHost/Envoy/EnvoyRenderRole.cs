using System.Collections.Immutable;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.Hosting.Envoy;
using Clovisor.Istio.Routing;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>Writes what Envoys, or the Envoys of an Istio mesh, need for the associations of a folder.</summary>
internal static class EnvoyRenderRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--config", "FOLDER", "the YAML of links, associations and route rules") { Required = true },
        new("--mode", "tag|report|exact", "how connections come to be of a class: by Envoy's routes, by asking the host, or by a report of each connection", "report"),
        new("--for", "envoy|istio", "a whole configuration, or manifests of DestinationRules and EnvoyFilters", "envoy"),
        new("--proxy", "sidecar|gateway", "what the proxy is to the mesh", "sidecar"),
        new("--namespace", "NAME", "the Kubernetes namespace of the proxy", "default"),
        new("--label", "KEY=VALUE", "a label of the proxy's pods; manifests select by them") { Repeatable = true },
        new("--port", "PORT", "the port whose route table is asked: of the service at a sidecar, of the listener at a gateway", "80"),
        new("--listen", "ADDRESS:PORT", "where Envoy listens", "127.0.0.1:15001"),
        new("--upstream", "ADDRESS:PORT", "where Envoy sends the requests; needed with --for envoy"),
        new("--upstream-protocol", "http1|http2", "what Envoy speaks there", "http1"),
        new("--socket", "PATH", "the unix socket of the session API, as the proxy sees it", "/run/clovisor/clovisor.sock"),
        new("--access-log", "PATH", "in report mode, for classes without tags: the unix socket of the host's access log service, as the proxy sees it; see docs/envoy.md"),
        new("--connections", "N", "upstream connections of a class at most", "128"),
        new("--source-ports", "no|yes", "whether manifests tag by source ports too; see docs/envoy.md", "no"),
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        bool istio = arguments.Get("--for") == "istio";
        IstioProxy proxy = new()
        {
            Kind = arguments.Get("--proxy") == "gateway" ? ProxyKind.Gateway : ProxyKind.Sidecar,
            Namespace = arguments.Get("--namespace"),
            Labels = Labels(arguments),
        };
        EnvoyMode mode = Enum.Parse<EnvoyMode>(arguments.Get("--mode"), ignoreCase: true);
        EnvoyRules rules = RuleFolder.Read(arguments.Get("--config"), proxy, arguments.Count("--port"));
        EnvoySettings settings = new()
        {
            Listen = arguments.EndPoint("--listen"),
            Upstream = arguments.Find("--upstream") is { } upstream ? arguments.EndPoint("--upstream", upstream) : null,
            UpstreamHttp2 = arguments.Get("--upstream-protocol") == "http2",
            RoutePort = arguments.Count("--port"),
            AgentSocket = arguments.Get("--socket"),
            AccessLogSocket = arguments.Find("--access-log"),
            MaxConnections = arguments.Count("--connections"),
        };
        try
        {
            await Console.Out.WriteAsync(istio
                ? IstioManifests.Render(mode, rules, new IstioWorkload { Namespace = proxy.Namespace, Kind = proxy.Kind, Labels = proxy.Labels, UseSourcePorts = arguments.Get("--source-ports") == "yes" }, settings)
                : EnvoyConfiguration.Render(mode, rules, settings)).ConfigureAwait(false);
            return 0;
        }
        catch (ArgumentException e)
        {
            throw EdgeHostException.Usage(arguments.Role, e.Message, "Nothing was written. Correct the associations, or choose another mode");
        }
    }

    private static ImmutableDictionary<string, string> Labels(Arguments arguments) => arguments.All("--label")
        .Select(label => label.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? KeyValuePair.Create(label[..at], label[(at + 1)..]) : throw arguments.Bad("--label", label, "a label such as app=shop"))
        .ToImmutableDictionary();
}
