namespace Clovisor.Istio.Routing;

/// <summary>A header that is put in.</summary>
/// <param name="Name">The name in lower case.</param>
/// <param name="Value">The value, with Envoy's <c>%…%</c> commands unexpanded.</param>
/// <param name="Overwrites">Whether former values go, or stay before the new one.</param>
public sealed record HeaderAddition(string Name, string Value, bool Overwrites);
