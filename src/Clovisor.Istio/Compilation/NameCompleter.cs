using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Compilation;

/// <summary>Completes the short names in a rule with the namespace of the object that it was written in.</summary>
internal sealed class NameCompleter(string scope, string clusterDomain)
{
    public string Host(string host) => HostName.Complete(host, scope, clusterDomain);

    public HttpRoute Rule(HttpRoute rule) => rule with
    {
        Route = [.. rule.Route.Select(d => d with { Destination = Destination(d.Destination) })],
        Mirrors = [.. rule.Mirrors.Select(m => m with { Destination = Destination(m.Destination) })],
        Match = [.. rule.Match.Select(m => m with { Gateways = Gateways(m.Gateways) })],
    };

    public ConnectionRoute Rule(ConnectionRoute rule) => rule with
    {
        Route = [.. rule.Route.Select(d => d with { Destination = Destination(d.Destination) })],
        Match = [.. rule.Match.Select(m => m with { Gateways = Gateways(m.Gateways) })],
    };

    public ImmutableArray<string> Gateways(ImmutableArray<string> gateways) => [.. gateways.Select(g => HostName.CompleteGateway(g, scope))];

    private Destination Destination(Destination destination) => destination with { Host = Host(destination.Host) };
}
