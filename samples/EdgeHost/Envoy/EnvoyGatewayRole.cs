using System.Collections.Immutable;
using Clovisor.EdgeHost.Clusters;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.Istio.Routing;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>Writes what an Envoy needs that is the east-west gateway of a cluster.</summary>
internal static class EnvoyGatewayRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        ClusterArguments.One,
        new("--namespace", "NAME", "the Kubernetes namespace of the gateway", "istio-system"),
        new("--label", "KEY=VALUE", "a label of the gateway's pods, by which Gateways select them", "istio=eastwestgateway") { Repeatable = true },
        new("--listen", "ADDRESS:PORT", "where it listens", "0.0.0.0:15443"),
        new("--access-log", "FILE", "gets a line for every connection", "/dev/stdout"),
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        const string Tried = "cannot write the configuration of an east-west gateway";
        var proxy = new IstioProxy { Kind = ProxyKind.Gateway, Namespace = arguments.Get("--namespace"), Labels = EnvoyRenderRole.Labels(arguments) };
        var snapshot = await ClusterReader.MeshAsync(Tried, [ClusterArguments.ReadOne(arguments)], cancellationToken).ConfigureAwait(false);
        await Console.Out.WriteAsync(EastWestConfiguration.Render(Tried, snapshot, proxy, arguments.EndPoint("--listen"), arguments.Get("--access-log"))).ConfigureAwait(false);
        return 0;
    }
}
