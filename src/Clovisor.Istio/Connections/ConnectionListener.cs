using System.Collections.Immutable;
using System.Net;

namespace Clovisor.Istio.Connections;

/// <summary>A listener of a proxy: an address with the ways through it.</summary>
/// <remarks>Immutable; may be shared between threads.</remarks>
public sealed class ConnectionListener
{
    private readonly FilterChainIndex _index;

    internal ConnectionListener(string address, int port, ImmutableArray<FilterChain> chains, bool defaultsApart)
    {
        Address = address;
        Port = port;
        Chains = chains;
        _index = new FilterChainIndex(chains);
        var conditions = new HashSet<string>(StringComparer.Ordinal);
        IsRefused = chains.Where(c => !(defaultsApart && c.IsDefault)).SelectMany(static c => c.Conditions).Any(c => !conditions.Add(c));
    }

    /// <summary>Gets Envoy's name of the listener, such as <c>10.96.0.10_27017</c>.</summary>
    public string Name => $"{Address}_{Port}";

    /// <summary>Gets the address; <c>0.0.0.0</c> takes connections for every address that has no listener of its own.</summary>
    public string Address { get; }

    /// <summary>Gets the port.</summary>
    public int Port { get; }

    /// <summary>Gets the filter chains. Which one a connection takes does not depend on their order.</summary>
    public ImmutableArray<FilterChain> Chains { get; }

    /// <summary>Gets a value indicating whether Envoy refuses the listener, because two chains ask for the same. Then the proxy has the listener that it had before, or none.</summary>
    public bool IsRefused { get; }

    /// <summary>Gets the chain that a connection takes, or null. Allocates nothing.</summary>
    internal FilterChain? Find(in ConnectionRequest request) => _index.Find(request);

    /// <summary>Says whether the listener is bound to an address alone.</summary>
    internal bool IsFor(IPAddress address) => IPAddress.TryParse(Address, out IPAddress? own) && own.Equals(address);
}
