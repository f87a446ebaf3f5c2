using System.Collections.Immutable;
using Clovisor.Istio.Hosts;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.Compilation;

/// <summary>A rule's claim, or a service's own, to hosts of a table.</summary>
/// <param name="Rule">The rule, or null for a default route.</param>
/// <param name="Hosts">The hosts that are no services.</param>
/// <param name="Services">The services.</param>
/// <param name="Routes">The routes that the hosts get.</param>
internal sealed record Claim(ResolvedService? Rule, List<string> Hosts, List<MeshService> Services, ImmutableArray<Route> Routes);
