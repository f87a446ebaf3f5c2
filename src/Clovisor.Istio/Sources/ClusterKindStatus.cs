namespace Clovisor.Istio.Sources;

/// <summary>How the reading of one kind in one cluster goes.</summary>
/// <param name="Kind">The kind with its group, such as <c>VirtualService.networking.istio.io</c>.</param>
/// <param name="State">What is done.</param>
/// <param name="Objects">How many objects are known.</param>
/// <param name="ResourceVersion">The version of the kind that was seen last, or an empty string.</param>
/// <param name="Reason">Why it is not watched, or an empty string.</param>
public sealed record ClusterKindStatus(string Kind, ClusterKindState State, int Objects, string ResourceVersion, string Reason);
