namespace Clovisor.EdgeHost.Envoy;

/// <summary>One route of Envoy's table: header conditions, and the class of the requests that meet them.</summary>
internal sealed record EnvoyRoute(IReadOnlyList<KeyValuePair<string, string>> Headers, EnvoyClass Class);
