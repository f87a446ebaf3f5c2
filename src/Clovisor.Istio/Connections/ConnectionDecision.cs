using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Connections;

/// <summary>Where a connection goes, and why.</summary>
public readonly struct ConnectionDecision
{
    internal ConnectionDecision(ConnectionListener? listener, FilterChain? chain, ConnectionReason reason)
    {
        Listener = listener;
        Chain = chain;
        Reason = reason;
    }

    /// <summary>Gets the listener, or null when none is for the address.</summary>
    public ConnectionListener? Listener { get; }

    /// <summary>Gets the filter chain, or null when none fits.</summary>
    public FilterChain? Chain { get; }

    /// <summary>Gets why.</summary>
    public ConnectionReason Reason { get; }

    /// <summary>Picks one of the clusters.</summary>
    /// <param name="random">Any number; each weight is taken for its share of the numbers' remainders.</param>
    /// <returns>The cluster, or null when the connection goes to none.</returns>
    public RouteDestination? PickCluster(ulong random) => Chain is null ? null : WeightedChoice.Pick(Chain.Clusters, random);
}
