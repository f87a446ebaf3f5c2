using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Istio.Connections;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>
/// Compiles the outbound listeners of a sidecar's port. A service with an address has a listener of its own, a headless one has one for each pod;
/// all others share the listener for every address, where HTTP is told apart by its first bytes, TLS by server name, and other bytes have one owner: the first service.
/// </summary>
internal sealed class SidecarListenerCompiler(MeshModel model, IstioProxy proxy)
{
    private const string Anywhere = "0.0.0.0";

    private readonly SidecarScope _scope = new(model, proxy);

    /// <summary>Gets the ports that the sidecar has listeners for.</summary>
    public IEnumerable<int> Ports() => _scope.Listeners
        .SelectMany(static l => l.Listener?.Port is { } port ? [port.Number] : l.Services.SelectMany(static s => s.Ports).Where(static p => p.Protocol != MeshProtocol.Udp).Select(static p => p.Number))
        .Distinct().Order();

    public ConnectionTable Compile(int port)
    {
        var dropped = new List<DroppedRule>(model.Dropped);
        var listeners = new ListenerChains();
        var builder = new ConnectionChainBuilder(model, proxy, port, dropped);
        foreach (ScopeListener explicitly in _scope.Listeners.Where(l => l.Listener?.Port?.Number == port))
        {
            string bind = explicitly.Listener!.Bind.Length > 0 ? explicitly.Listener.Bind : Anywhere;
            var on = MeshPort.From(explicitly.Listener.Port!);
            foreach (MeshService service in explicitly.Services.Where(s => s.PortAt(port) is not null))
            {
                listeners.Add(bind, on, Chains(builder, service, on, [], bind == Anywhere, explicitly.Rules, port.ToString(CultureInfo.InvariantCulture)));
            }
        }

        // Nothing is added to a listener that was asked for by its port.
        listeners.Lock();
        ScopeListener? open = _scope.Listeners.FirstOrDefault(static l => l.Listener?.Port is null);
        foreach (MeshService service in open?.Services.Where(static s => !s.IsAlias) ?? [])
        {
            if (service.PortAt(port) is { Protocol: not MeshProtocol.Udp } on)
            {
                Service(listeners, builder, service, on, open!.Rules);
            }
        }

        return new ConnectionTable(port, [.. listeners.All.Select(l => new ConnectionListener(l.Address, port, Closed(l.Chains), defaultsApart: true))], Fallthrough(), [.. dropped]);
    }

    private void Service(ListenerChains listeners, ConnectionChainBuilder builder, MeshService service, MeshPort on, List<ResolvedService> rules)
    {
        string number = on.Number.ToString(CultureInfo.InvariantCulture);
        if (on.Protocol is MeshProtocol.Http or MeshProtocol.HttpProxy)
        {
            listeners.Add(Anywhere, on, [Http(number)]);
        }
        else if (service is { IsKubernetes: true, IsHeadless: true })
        {
            foreach (string pod in model.EndpointsOf(service, on.Number))
            {
                listeners.Add(pod, on, Chains(builder, service, on, [], wildcard: false, rules, $"{service.Host}:{number}"));
            }
        }
        else if (service.Addresses.IsEmpty && service.Ranges.IsEmpty)
        {
            listeners.Add(Anywhere, on, Chains(builder, service, on, [], wildcard: true, rules, number));
        }
        else
        {
            foreach (string address in service.Addresses)
            {
                listeners.Add(address, on, Chains(builder, service, on, [], wildcard: false, rules, $"{service.Host}:{number}"));
            }

            foreach (string range in service.Ranges)
            {
                listeners.Add(Anywhere, on, Chains(builder, service, on, [range], wildcard: true, rules, number));
            }
        }
    }

    private static List<FilterChain> Chains(ConnectionChainBuilder builder, MeshService service, MeshPort on, ImmutableArray<string> ranges, bool wildcard, List<ResolvedService> rules, string table) => on.Protocol switch
    {
        MeshProtocol.Http or MeshProtocol.HttpProxy => [Http(table)],
        MeshProtocol.Tls => builder.Tls(service, on, ranges, wildcard, rules),
        MeshProtocol.Detected => [Http(table), .. builder.Tcp(service, on, ranges, rules)],
        _ => builder.Tcp(service, on, ranges, rules),
    };

    private static FilterChain Http(string table) => new() { IsPlainHttp = true, RouteTable = table, Reason = ConnectionReason.Http };

    private ImmutableArray<FilterChain> Closed(IReadOnlyList<FilterChain> chains) => chains.Any(static c => c.IsDefault) ? [.. chains] : [.. chains, Fallthrough()];

    private FilterChain Fallthrough() => _scope.Policy == OutboundTrafficPolicy.RegistryOnly
        ? new FilterChain { Reason = ConnectionReason.Blocked, Clusters = [new RouteDestination { Cluster = "BlackHoleCluster" }] }
        : new FilterChain { Reason = ConnectionReason.Passthrough, Clusters = [new RouteDestination { Cluster = "PassthroughCluster" }] };
}
