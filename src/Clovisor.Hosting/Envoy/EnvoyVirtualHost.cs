using System.Collections.Immutable;

namespace Clovisor.Hosting.Envoy;

/// <summary>The routes for a set of domains, in the order in which they are tried. Immutable.</summary>
/// <param name="Name">Envoy's name, such as <c>httpbin.app.svc.cluster.local:80</c>.</param>
/// <param name="Domains">The domains, as Envoy has them.</param>
/// <param name="Routes">The routes.</param>
public sealed record EnvoyVirtualHost(string Name, ImmutableArray<string> Domains, ImmutableArray<EnvoyRoute> Routes);
