using Clovisor.EdgeHost.Clusters;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Telemetry;
using Clovisor.EdgeHost.Transport;
using Clovisor.Hosting;
using Clovisor.Hosting.Configuration;

namespace Clovisor.EdgeHost.Agent;

/// <summary>The Clovisor host: what an edge node runs.</summary>
internal static class AgentRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--config", "FOLDER", "the YAML of links, associations and route rules; read again when it changes"),
        .. ClusterArguments.Options,
        new("--node", "NAME", "this node's name in the cluster; NODE_NAME or the machine's name without it"),
        new("--storage", "FOLDER", "where what clusters said is kept for a start without them", "/var/lib/clovisor"),
        new("--namespace", "NAME", "the Kubernetes namespace of the proxy", "default"),
        new("--socket", "PATH", "the unix socket of the session API", "/run/clovisor/clovisor.sock"),
        new("--access-log", "PATH", "a unix socket at which Envoys log their upstream requests; see docs/envoy.md"),
        new("--proxy-cgroup", "FOLDER", "the control group of the proxy: tags count from its sockets alone"),
        new("--pin", "FOLDER", "where maps and programs are pinned; on a BPF file system", "/sys/fs/bpf/clovisor"),
        new("--metrics", "ADDRESS:PORT", "where Prometheus finds /metrics, such as 127.0.0.1:9464"),
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        RoleServer.LogToErrors(builder.Logging);
        builder.AddTelemetry(arguments.Find("--metrics") is { } metrics ? arguments.EndPoint("--metrics", metrics) : null);
        AddSources(builder.Services.AddClovisor(clovisor => clovisor.ProxyNamespace = arguments.Get("--namespace")), arguments)
            .AddSystemd()
            .AddWan(wan =>
            {
                wan.PinDirectory = arguments.Get("--pin");
                wan.ProxyCgroup = arguments.Find("--proxy-cgroup");
            })
            .AddSessionApi(api =>
            {
                api.SocketPath = arguments.Get("--socket");
                api.AccessLogSocketPath = arguments.Find("--access-log");
            });
        try
        {
            using IHost host = builder.Build();
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            ParentGuard.Watch();
            await Console.Out.WriteLineAsync(RoleServer.ReadyLine).ConfigureAwait(false);
            await host.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
            return 0;
        }
        catch (Exception e) when (e is not (OperationCanceledException or EdgeHostException))
        {
            // The parts say what was tried, why it failed and what to do; a stack trace would only bury it.
            throw EdgeHostException.From("the agent stopped", e);
        }
    }

    private static IClovisorBuilder AddSources(IClovisorBuilder builder, Arguments arguments)
    {
        string? folder = arguments.Find("--config");
        IReadOnlyList<KubernetesClusterOptions> clusters = ClusterArguments.Read(arguments);
        if (folder is null && clusters.Count == 0)
        {
            throw EdgeHostException.Usage(arguments.Role, "neither --config nor --cluster is given", "Say where links, associations and route rules come from");
        }

        if (folder is not null)
        {
            builder.AddYamlFolder(folder);
        }

        return clusters.Count == 0 ? builder : builder.AddKubernetes(kubernetes =>
        {
            kubernetes.NodeName = arguments.Find("--node");
            kubernetes.StorageDirectory = arguments.Get("--storage");
            foreach (KubernetesClusterOptions cluster in clusters)
            {
                kubernetes.Clusters.Add(cluster);
            }
        });
    }
}
