using System.Collections.Immutable;
using System.Net;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Connections;

/// <summary>The listeners of one proxy for one port: where connections go that are not HTTP.</summary>
/// <remarks>Immutable; may be used by any number of threads at once. An evaluation allocates nothing.</remarks>
public sealed class ConnectionTable
{
    private readonly (IPAddress Address, ConnectionListener Listener)[] _bound;
    private readonly ConnectionListener? _wildcard;

    internal ConnectionTable(int port, ImmutableArray<ConnectionListener> listeners, FilterChain? catchAll, ImmutableArray<DroppedRule> dropped)
    {
        Port = port;
        Listeners = listeners;
        CatchAll = catchAll;
        Dropped = dropped;
        _wildcard = listeners.FirstOrDefault(static l => l.Address == "0.0.0.0");
        _bound = [.. listeners.Where(static l => l.Address != "0.0.0.0" && IPAddress.TryParse(l.Address, out _)).Select(static l => (IPAddress.Parse(l.Address), l))];
    }

    /// <summary>Gets the port that clients connect to.</summary>
    public int Port { get; }

    /// <summary>Gets the listeners.</summary>
    public ImmutableArray<ConnectionListener> Listeners { get; }

    /// <summary>Gets what becomes of connections that no listener is for; null at gateways, which refuse them.</summary>
    public FilterChain? CatchAll { get; }

    /// <summary>Gets the rules that do not reach this table, with reasons.</summary>
    public ImmutableArray<DroppedRule> Dropped { get; }

    /// <summary>Decides where a TLS connection goes.</summary>
    /// <param name="serverName">The server name of the client hello, or an empty string.</param>
    /// <param name="destination">The address that the client connects to, or null where it does not matter.</param>
    /// <returns>The decision.</returns>
    public ConnectionDecision EvaluateTls(string serverName, IPAddress? destination = null) =>
        Evaluate(new ConnectionRequest { Protocol = ConnectionProtocol.Tls, ServerName = serverName, Destination = destination });

    /// <summary>Decides where a connection goes that carries anything but TLS and HTTP.</summary>
    /// <param name="destination">The address that the client connects to, or null where it does not matter.</param>
    /// <returns>The decision.</returns>
    public ConnectionDecision EvaluateTcp(IPAddress? destination = null) => Evaluate(new ConnectionRequest { Destination = destination });

    /// <summary>Decides where a connection goes: the listener of its address, else the one of all addresses, and in it the filter chain that fits best.</summary>
    /// <param name="request">The connection.</param>
    /// <returns>The decision.</returns>
    public ConnectionDecision Evaluate(in ConnectionRequest request)
    {
        ConnectionListener? listener = _wildcard;
        if (request.Destination is { } destination)
        {
            foreach ((IPAddress address, ConnectionListener bound) in _bound)
            {
                if (address.Equals(destination))
                {
                    listener = bound;
                    break;
                }
            }
        }

        if (listener is null)
        {
            return new ConnectionDecision(null, CatchAll, CatchAll?.Reason ?? ConnectionReason.NoListener);
        }

        if (listener.IsRefused)
        {
            return new ConnectionDecision(listener, null, ConnectionReason.ListenerRefused);
        }

        FilterChain? chain = listener.Find(request);
        return new ConnectionDecision(listener, chain, chain?.Reason ?? ConnectionReason.NoFilterChain);
    }
}
