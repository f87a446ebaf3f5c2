namespace Clovisor.Istio.Resources;

/// <summary>A destination of a <c>tls</c> or <c>tcp</c> rule with its share of the connections.</summary>
/// <param name="Destination">The destination.</param>
/// <param name="Weight">The weight. Among several destinations 0 means none; a single destination gets everything.</param>
public sealed record ConnectionDestination(Destination Destination, int Weight);
