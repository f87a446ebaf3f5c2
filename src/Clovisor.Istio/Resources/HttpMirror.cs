namespace Clovisor.Istio.Resources;

/// <summary>A destination that gets copies of requests.</summary>
/// <param name="Destination">Where copies go.</param>
/// <param name="Percentage">The share of requests that are copied, in percent, 0 to 100.</param>
public sealed record HttpMirror(Destination Destination, double Percentage);
