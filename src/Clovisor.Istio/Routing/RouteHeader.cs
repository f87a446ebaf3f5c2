namespace Clovisor.Istio.Routing;

/// <summary>One header line of a request or response.</summary>
/// <param name="Name">The name; case does not matter.</param>
/// <param name="Value">The value without white space around it.</param>
public readonly record struct RouteHeader(string Name, string Value);
