using System.Collections.Immutable;

namespace Clovisor.Istio.Routing;

/// <summary>Picks one of several destinations by weight, as Envoy does: the remainder of a number falls into the share of one.</summary>
internal static class WeightedChoice
{
    public static RouteDestination? Pick(ImmutableArray<RouteDestination> destinations, ulong random)
    {
        if (destinations.Length <= 1)
        {
            return destinations.IsEmpty ? null : destinations[0];
        }

        ulong total = 0;
        foreach (RouteDestination destination in destinations)
        {
            total += (ulong)destination.Weight;
        }

        ulong point = random % total;
        foreach (RouteDestination destination in destinations)
        {
            if (point < (ulong)destination.Weight)
            {
                return destination;
            }

            point -= (ulong)destination.Weight;
        }

        return destinations[^1];
    }
}
