using Clovisor.EdgeHost.CommandLine;
using Clovisor.Hosting.Configuration;

namespace Clovisor.EdgeHost.Clusters;

/// <summary>The options that name clusters, wherever they are taken.</summary>
internal static class ClusterArguments
{
    private const string Main = "--cluster";
    private const string Remote = "--remote";

    /// <summary>For a command that is about one cluster.</summary>
    public static Option One { get; } = new(Main, "in-cluster|NAME=KUBECONFIG", "the cluster") { Required = true };

    public static IReadOnlyList<Option> Options { get; } =
    [
        new(Main, "in-cluster|NAME=KUBECONFIG", "a cluster to read them from, besides a folder or instead of one; the first has the WAN objects") { Repeatable = true },
        new(Remote, "NAME=KUBECONFIG", "a further cluster of the mesh, of which services alone are read, as Istio does") { Repeatable = true },
    ];

    /// <summary>The clusters in their order; none where no option names one.</summary>
    /// <exception cref="EdgeHostException">A value is not understood, or there are only remote ones.</exception>
    public static IReadOnlyList<KubernetesClusterOptions> Read(Arguments arguments)
    {
        KubernetesClusterOptions[] clusters =
        [
            .. arguments.All(Main).Select(text => MainOf(arguments, text)),
            .. arguments.All(Remote).Select(text => Named(arguments, Remote, text, true)),
        ];
        return clusters is [{ ServicesOnly: true }, ..]
            ? throw EdgeHostException.Usage(arguments.Role, $"{Remote} is given without {Main}", "Name the cluster that has the route rules and the WAN objects")
            : clusters;
    }

    /// <summary>The cluster of <see cref="One"/>.</summary>
    /// <exception cref="EdgeHostException">The value is not understood.</exception>
    public static KubernetesClusterOptions ReadOne(Arguments arguments) => MainOf(arguments, arguments.Get(Main));

    private static KubernetesClusterOptions MainOf(Arguments arguments, string text) =>
        text == "in-cluster" ? new KubernetesClusterOptions() : Named(arguments, Main, text, false);

    private static KubernetesClusterOptions Named(Arguments arguments, string option, string text, bool servicesOnly) => text.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } file]
        ? new KubernetesClusterOptions { Name = name, Kubeconfig = Path.GetFullPath(file), ServicesOnly = servicesOnly }
        : throw arguments.Bad(option, text, $"{(servicesOnly ? "" : "in-cluster, or ")}a name and a kubeconfig such as edge=/etc/clovisor/edge.kubeconfig");
}
