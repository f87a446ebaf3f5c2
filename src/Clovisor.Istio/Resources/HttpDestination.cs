namespace Clovisor.Istio.Resources;

/// <summary>A destination of an HTTP rule with its share of the traffic.</summary>
public sealed record HttpDestination
{
    /// <summary>Gets the destination.</summary>
    public required Destination Destination { get; init; }

    /// <summary>Gets the weight. Among several destinations 0, which is also the default, means none; a single destination gets everything.</summary>
    public int Weight { get; init; }

    /// <summary>Gets header changes for requests that go here, or null.</summary>
    public HeaderOperations? Headers { get; init; }
}
