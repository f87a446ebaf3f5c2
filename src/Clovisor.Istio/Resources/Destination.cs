namespace Clovisor.Istio.Resources;

/// <summary>A service that receives traffic.</summary>
public sealed record Destination
{
    /// <summary>Gets the host as written. A name without dots is completed with the namespace of the object that holds it.</summary>
    public required string Host { get; init; }

    /// <summary>Gets the subset of a <see cref="DestinationRule"/>, or an empty string.</summary>
    public string Subset { get; init; } = "";

    /// <summary>Gets the port; 0 when the service's only port, or else the listener's, is meant.</summary>
    public int Port { get; init; }
}
