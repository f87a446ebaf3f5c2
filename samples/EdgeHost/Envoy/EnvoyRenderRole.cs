using System.Collections.Immutable;
using Clovisor.EdgeHost.Clusters;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Envoy;
using Clovisor.Istio.Routing;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>Writes what Envoys, or the Envoys of an Istio mesh, need for the associations of a folder.</summary>
internal static class EnvoyRenderRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--config", "FOLDER", "the YAML of links, associations and route rules"),
        .. ClusterArguments.Options,
        new("--node", "NAME", "the node of the proxy in the cluster; NODE_NAME or the machine's name without it"),
        new("--mode", "tag|report|exact", "how connections come to be of a class: by Envoy's routes, by asking the host, or by a report of each connection", "report"),
        new("--for", "envoy|istio", "a whole configuration, or manifests of DestinationRules and EnvoyFilters", "envoy"),
        new("--proxy", "sidecar|gateway", "what the proxy is to the mesh", "sidecar"),
        new("--namespace", "NAME", "the Kubernetes namespace of the proxy", "default"),
        new("--label", "KEY=VALUE", "a label of the proxy's pods; manifests select by them") { Repeatable = true },
        new("--port", "PORT", "the port whose route table is asked: of the service at a sidecar, of the listener at a gateway", "80"),
        new("--listen", "ADDRESS:PORT", "where Envoy listens", "127.0.0.1:15001"),
        new("--upstream", "ADDRESS:PORT", "where Envoy sends the requests; needed with --for envoy, unless --service names them"),
        new("--service", "NAMESPACE/NAME", "send them to this service of the clusters, by the east-west gateway of another network where its pods are there"),
        new("--identity", "FOLDER", "the proxy's certificate, key and root, as Istio names the files; needed with a gateway"),
        new("--peer", "URI", "an identity that the service's certificate may have") { Repeatable = true },
        new("--upstream-protocol", "http1|http2", "what Envoy speaks there", "http1"),
        new("--socket", "PATH", "the unix socket of the session API, as the proxy sees it", "/run/clovisor/clovisor.sock"),
        new("--access-log", "PATH", "in report mode, for classes without tags: the unix socket of the host's access log service, as the proxy sees it; see docs/envoy.md"),
        new("--connections", "N", "upstream connections of a class at most", "128"),
        new("--timeout", "TIME", "how long a request waits for the host's answer at most", "20ms"),
        new("--remember", "TIME", "how long an answer of the host counts for equal requests", "10s"),
        new("--lifetime", "TIME", "how long an upstream connection is used; without it as long as it lasts"),
        new("--retries", "N", "how often a request is sent again when its connection fails before the answer", "1"),
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
        (EnvoyRules rules, ServiceUpstream? service) = await ReadAsync(arguments, proxy, cancellationToken).ConfigureAwait(false);
        EnvoySettings settings = new()
        {
            Listen = arguments.EndPoint("--listen"),
            Upstream = arguments.Find("--upstream") is { } upstream ? arguments.EndPoint("--upstream", upstream) : service?.EndPoint,
            UpstreamTls = service?.Tls,
            UpstreamHttp2 = arguments.Get("--upstream-protocol") == "http2",
            RoutePort = arguments.Count("--port"),
            AgentSocket = arguments.Get("--socket"),
            AccessLogSocket = arguments.Find("--access-log"),
            MaxConnections = arguments.Count("--connections"),
            Timeout = arguments.Duration("--timeout"),
            RememberFor = arguments.Duration("--remember"),
            ConnectionLifetime = arguments.Find("--lifetime") is null ? null : arguments.Duration("--lifetime"),
            Retries = arguments.Count("--retries"),
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

    private static async Task<(EnvoyRules Rules, ServiceUpstream? Service)> ReadAsync(Arguments arguments, IstioProxy proxy, CancellationToken cancellationToken)
    {
        int port = arguments.Count("--port");
        IReadOnlyList<KubernetesClusterOptions> clusters = ClusterArguments.Read(arguments);
        string? folder = arguments.Find("--config");
        if ((folder is null) == (clusters.Count == 0))
        {
            throw EdgeHostException.Usage(arguments.Role, folder is null ? "neither --config nor --cluster is given" : "both --config and --cluster are given", "Say where links, associations and route rules come from");
        }

        if (folder is not null)
        {
            return arguments.Has("--service")
                ? throw EdgeHostException.Usage(arguments.Role, "--service is given without --cluster", "Give --upstream, or the clusters that have the service")
                : (RuleFolder.Read(folder, proxy, port), null);
        }

        const string Tried = "cannot write Envoy's configuration from clusters";
        ClovisorSnapshot snapshot = await ClusterReader.SnapshotAsync(Tried, clusters, arguments.Find("--node"), cancellationToken).ConfigureAwait(false);
        EnvoyRules rules = EnvoyRules.Of(snapshot.Istio, snapshot.Wan, proxy, port);
        return rules.Hosts.IsEmpty
            ? throw RuleFolder.NoTable(Tried, proxy, port)
            : (rules, arguments.Has("--service") ? await ServiceUpstream.FindAsync(Tried, arguments, clusters, cancellationToken).ConfigureAwait(false) : null);
    }

    internal static ImmutableDictionary<string, string> Labels(Arguments arguments) => arguments.All("--label")
        .Select(label => label.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? KeyValuePair.Create(label[..at], label[(at + 1)..]) : throw arguments.Bad("--label", label, "a label such as app=shop"))
        .ToImmutableDictionary();
}
