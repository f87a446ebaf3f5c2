using System.Net;
using Clovisor.EdgeHost.Lab;
using Clovisor.KubernetesLab;

namespace Clovisor.EdgeHost.Clusters;

/// <summary>One site of the demo: a network namespace with a real API server in it.</summary>
internal sealed class ClusterSite : IAsyncDisposable
{
    /// <summary>Who the hosts are to the API server: what the shipped manifests make of their pods.</summary>
    private const string HostAccount = "system:serviceaccount:clovisor-system:clovisor";
    private const string HostToken = "host-token";
    private const int ApiPort = 6443;
    private const int EtcdPort = 2379;

    private ClusterSite(string name, string space, ApiServer server, string kubeconfig, string adminKubeconfig)
    {
        Name = name;
        Space = space;
        Server = server;
        Kubeconfig = kubeconfig;
        AdminKubeconfig = adminKubeconfig;
    }

    public string Name { get; }

    /// <summary>The network namespace.</summary>
    public string Space { get; }

    /// <summary>What the demo changes as the admin of the cluster.</summary>
    public ApiServer Server { get; }

    /// <summary>The file by which hosts read the cluster, with the permissions that are shipped and no others.</summary>
    public string Kubeconfig { get; }

    /// <summary>The file for whoever may do everything.</summary>
    public string AdminKubeconfig { get; }

    private static string Shipped => Path.Combine(AppContext.BaseDirectory, "config", "cluster", "shipped");

    public static async Task<ClusterSite> StartAsync(LabNames names, string name, string space, string address, CancellationToken cancellationToken)
    {
        ApiServer server = await ApiServer.StartAsync(
            new ApiServerSettings
            {
                Address = IPAddress.Parse(address),
                Port = ApiPort,
                EtcdPort = EtcdPort,
                Folder = Path.Combine(names.RunDirectory, $"cluster-{name}"),
                Launcher = ["ip", "netns", "exec", space],
                Environment = new Dictionary<string, string> { [LabNames.Variable] = names.RunDirectory },
                Connect = (target, stop) => NamespaceSocket.ConnectAsync(space, target, stop),
                Tokens = new Dictionary<string, string> { [HostToken] = HostAccount },
            },
            cancellationToken).ConfigureAwait(false);
        string kubeconfig = Path.Combine(names.RunDirectory, $"{name}.kubeconfig");
        string admin = Path.Combine(names.RunDirectory, $"{name}-admin.kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, server.Kubeconfig(HostToken), CancellationToken.None).ConfigureAwait(false);
        await File.WriteAllTextAsync(admin, server.Kubeconfig(), CancellationToken.None).ConfigureAwait(false);
        return new ClusterSite(name, space, server, kubeconfig, admin);
    }

    /// <summary>Installs Clovisor's definitions and permissions as they are shipped, and the objects of a document.</summary>
    public async Task InstallAsync(string document, bool definitions, CancellationToken cancellationToken)
    {
        if (definitions)
        {
            foreach (string file in Directory.EnumerateFiles(Shipped, "wan.*.yaml"))
            {
                await Server.ApplyAllAsync(await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }

            foreach (string plural in (string[])["wanlinks", "slaclasses", "wanassociations"])
            {
                await Server.UntilServedAsync($"{ClusterConfiguration.WanPath}/{plural}", cancellationToken).ConfigureAwait(false);
            }
        }

        await Server.ApplyAllAsync(document, cancellationToken).ConfigureAwait(false);
        foreach (string file in (string[])["cluster-role.yaml", "role.yaml"])
        {
            await Server.ApplyAllAsync(await File.ReadAllTextAsync(Path.Combine(Shipped, file), cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
