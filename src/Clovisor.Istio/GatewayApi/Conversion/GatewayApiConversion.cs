using System.Collections.Immutable;
using Clovisor.Istio.Resources;
using Clovisor.Istio.Routing;

namespace Clovisor.Istio.GatewayApi.Conversion;

/// <summary>What was made of a configuration's Gateway API objects. Taken over as it is while none of the objects that it comes from changes.</summary>
internal sealed class GatewayApiConversion
{
    private readonly IstioConfiguration _source;
    private readonly ImmutableArray<Gateway> _gateways = [];
    private readonly ImmutableArray<VirtualService> _rules = [];

    private GatewayApiConversion(IstioConfiguration source)
    {
        _source = source;
        if (!source.KubernetesGateways.IsEmpty || !source.GatewayApiRoutes.IsEmpty)
        {
            (_gateways, _rules) = GatewayApiConverter.Convert(source, Dropped);
        }
    }

    /// <summary>Gets the routes that do not attach, and why.</summary>
    public List<DroppedRule> Dropped { get; } = [];

    /// <summary>Converts, or takes over what an earlier configuration of the same mesh settings gave.</summary>
    public static GatewayApiConversion Of(IstioConfiguration source, GatewayApiConversion? previous) =>
        previous is not null && IsSame(previous._source, source) ? previous : new GatewayApiConversion(source);

    /// <summary>Adds what was made to a configuration.</summary>
    public IstioConfiguration Apply(IstioConfiguration configuration) => _gateways.IsEmpty && _rules.IsEmpty
        ? configuration
        : configuration with { Gateways = [.. configuration.Gateways, .. _gateways], VirtualServices = [.. configuration.VirtualServices, .. _rules] };

    private static bool IsSame(IstioConfiguration a, IstioConfiguration b) =>
        IsSame(a.KubernetesGateways, b.KubernetesGateways) && IsSame(a.GatewayApiRoutes, b.GatewayApiRoutes) &&
        ((b.KubernetesGateways.IsEmpty && b.GatewayApiRoutes.IsEmpty) ||
         (IsSame(a.GatewayClasses, b.GatewayClasses) && IsSame(a.ListenerSets, b.ListenerSets) && IsSame(a.ReferenceGrants, b.ReferenceGrants) &&
          IsSame(a.Services, b.Services) && IsSame(a.ServiceEntries, b.ServiceEntries) && IsSame(a.Namespaces, b.Namespaces)));

    private static bool IsSame<T>(ImmutableArray<T> a, ImmutableArray<T> b)
        where T : Resource
    {
        if (a == b)
        {
            return true;
        }

        if (a.Length != b.Length)
        {
            return false;
        }

        for (int i = 0; i < a.Length; i++)
        {
            if (!ReferenceEquals(a[i], b[i]))
            {
                return false;
            }
        }

        return true;
    }
}
