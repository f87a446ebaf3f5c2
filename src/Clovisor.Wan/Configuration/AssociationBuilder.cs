using Clovisor.Wan.Associations;

namespace Clovisor.Wan.Configuration;

/// <summary>Describes one association to a <see cref="WanConfigurationBuilder"/>. For one thread.</summary>
public sealed class AssociationBuilder
{
    private readonly List<ConfigurationError> _errors = [];

    internal AssociationBuilder(string name) => Association = new WanAssociation { Name = name, Tiers = [] };

    internal WanAssociation Association { get; private set; }

    internal IReadOnlyList<ConfigurationError> Errors => _errors;

    /// <summary>Means the sessions of a mesh route rule, written <c>[HTTPRoute:|GRPCRoute:]namespace/name/route[.match]</c>.</summary>
    public AssociationBuilder MatchMeshRoute(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (MeshRouteReference.TryParse(reference, out MeshRouteReference? read, out string? error))
        {
            return Set(Association with { MeshRoutes = Association.MeshRoutes.Add(read) });
        }

        _errors.Add(new ConfigurationError
        {
            Code = ConfigurationErrorCodes.MalformedValue,
            Subject = $"WanAssociation/{Association.Name}",
            Path = $"spec.match.meshRoute[{Association.MeshRoutes.Length}]",
            Message = error,
        });
        return this;
    }

    /// <summary>Means sessions by what is known of them beside their mesh route.</summary>
    public AssociationBuilder MatchFlow(Func<FlowMatch, FlowMatch> describe)
    {
        ArgumentNullException.ThrowIfNull(describe);
        return Set(Association with { Flows = Association.Flows.Add(describe(new FlowMatch())) });
    }

    /// <summary>Means packets with code points, 1 to 63.</summary>
    public AssociationBuilder MatchDscp(params ReadOnlySpan<byte> codePoints) =>
        Set(Association with { Dscps = Association.Dscps.AddRange(codePoints.ToArray()) });

    /// <summary>Adds a tier of links with equal weights, below those that are there.</summary>
    public AssociationBuilder UseTier(params ReadOnlySpan<string> links) => Set(Association with { Tiers = Association.Tiers.Add(LinkTier.Of(links)) });

    /// <summary>Adds a tier of links with weights, below those that are there.</summary>
    public AssociationBuilder UseWeightedTier(params ReadOnlySpan<(string Link, int Weight)> links)
    {
        var weighted = new List<WeightedLink>();
        foreach ((string link, int weight) in links)
        {
            weighted.Add(new WeightedLink(link, weight));
        }

        return Set(Association with { Tiers = Association.Tiers.Add(new LinkTier([.. weighted])) });
    }

    /// <summary>Asks the links for an SLA class.</summary>
    public AssociationBuilder Require(string slaClass) => Set(Association with { Sla = slaClass });

    /// <summary>Asks the links for more.</summary>
    public AssociationBuilder Require(Func<LinkCriteria, LinkCriteria> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Set(Association with { Criteria = change(Association.Criteria) });
    }

    /// <summary>Sets anything else.</summary>
    public AssociationBuilder With(Func<WanAssociation, WanAssociation> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Set(change(Association));
    }

    private AssociationBuilder Set(WanAssociation association)
    {
        Association = association;
        return this;
    }
}
