namespace Clovisor.EdgeHost.Envoy;

/// <summary>The routes of one VirtualService, in the order in which they are tried.</summary>
internal sealed record EnvoyHost(string Name, IReadOnlyList<string> Domains, IReadOnlyList<EnvoyRoute> Routes);
