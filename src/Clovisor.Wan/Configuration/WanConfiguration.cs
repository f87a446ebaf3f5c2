using System.Collections.Frozen;
using System.Collections.Immutable;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Links;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Configuration;

/// <summary>A whole configuration that has been checked: links, SLA classes, associations. Immutable, and safe to share between threads.</summary>
public sealed class WanConfiguration
{
    private readonly FrozenDictionary<string, int> _associationsByName;
    private readonly FrozenDictionary<(MeshRouteKind Kind, string Namespace, string Name), ImmutableArray<RouteClaim>> _routes;

    private readonly AssociationClassifier _classifier;

    private WanConfiguration(
        ImmutableArray<WanLink> links, ImmutableArray<SlaClass> slaClasses, ImmutableArray<WanAssociation> associations, ImmutableArray<ConfigurationError> warnings)
    {
        Warnings = warnings;
        Links = links;
        SlaClasses = slaClasses;
        Associations = associations;
        _classifier = new AssociationClassifier(associations);
        _associationsByName = associations.Select((association, position) => (association.Name, position))
            .ToFrozenDictionary(pair => pair.Name, pair => pair.position, StringComparer.Ordinal);
        _routes = associations
            .SelectMany((association, position) => association.MeshRoutes.Select(reference => new RouteClaim(reference, position)))
            .GroupBy(claim => (claim.Reference.Kind, claim.Reference.Namespace, claim.Reference.Name))
            .ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray());
    }

    /// <summary>The configuration without any link: everything takes the way that the node's own routes give it.</summary>
    public static WanConfiguration Empty { get; } = new([], [], [], []);

    /// <summary>The links, in the order they were given. Elsewhere a link is named by its position in this list.</summary>
    public ImmutableArray<WanLink> Links { get; }

    /// <summary>The SLA classes, in the order they were given.</summary>
    public ImmutableArray<SlaClass> SlaClasses { get; }

    /// <summary>The associations, in the order they were given.</summary>
    public ImmutableArray<WanAssociation> Associations { get; }

    /// <summary>What is probably not meant in it; see <see cref="NodePorts"/> for what depends on the node.</summary>
    public ImmutableArray<ConfigurationError> Warnings { get; }

    /// <summary>Checks records as a whole.</summary>
    /// <param name="links">The links; at most 16.</param>
    /// <param name="slaClasses">The SLA classes.</param>
    /// <param name="associations">The associations; at most 1024.</param>
    /// <returns>The configuration, or everything that is wrong with it.</returns>
    public static ConfigurationResult Create(
        IEnumerable<WanLink> links, IEnumerable<SlaClass> slaClasses, IEnumerable<WanAssociation> associations)
    {
        var draft = new ConfigurationDraft([.. links], [.. slaClasses], [.. associations]);
        return ConfigurationResult.Of(draft, ConfigurationValidator.Validate(draft).Select(finding => new ConfigurationError
        {
            Code = finding.Code,
            Severity = finding.Severity,
            Subject = draft.SubjectOf(finding),
            Path = finding.Path,
            Message = finding.Message,
        }));
    }

    /// <summary>Finds the position of an association by its name.</summary>
    /// <returns>False when there is none of that name.</returns>
    public bool TryFindAssociation(string name, out int position) => _associationsByName.TryGetValue(name, out position);

    /// <summary>Finds the association of a session by all that is known of it: see <see cref="AssociationClassifier"/> for what goes before what.</summary>
    /// <returns>Null when no association means it.</returns>
    public AssociationMatch? Classify(SessionFacts session) => _classifier.Classify(session);

    /// <summary>Finds the association that names a mesh route the closest. Of equally close ones the first has it. Does not allocate.</summary>
    /// <returns>Null when no association names the route.</returns>
    public WanAssociation? FindAssociation(in MeshRoute route)
    {
        if (!_routes.TryGetValue((route.Kind, route.Namespace, route.Name), out ImmutableArray<RouteClaim> claims))
        {
            return null;
        }

        RouteSpecificity best = RouteSpecificity.None;
        WanAssociation? closest = null;
        foreach (RouteClaim claim in claims)
        {
            RouteSpecificity specificity = claim.Reference.Matches(route);
            if (specificity > best)
            {
                best = specificity;
                closest = Associations[claim.Association];
            }
        }

        return closest;
    }

    internal static WanConfiguration FromValid(ConfigurationDraft draft, ImmutableArray<ConfigurationError> warnings) =>
        new(draft.Links, draft.SlaClasses, draft.Associations, warnings);

    private readonly record struct RouteClaim(MeshRouteReference Reference, int Association);
}
