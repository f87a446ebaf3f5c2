using System.Collections.Frozen;
using System.Collections.Immutable;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Links;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Configuration;

/// <summary>The kinds of object in a configuration.</summary>
internal enum SubjectKind
{
    None,
    WanLink,
    SlaClass,
    WanAssociation,
}

/// <summary>Something that is wrong with one object of a draft, named by its position.</summary>
internal readonly record struct Finding(string Code, SubjectKind Kind, int Position, string Path, string Message, FindingSeverity Severity = FindingSeverity.Error);

/// <summary>Records that have not been checked yet.</summary>
internal sealed record ConfigurationDraft(
    ImmutableArray<WanLink> Links, ImmutableArray<SlaClass> SlaClasses, ImmutableArray<WanAssociation> Associations)
{
    /// <summary>Names of links and classes that were declared, but not well enough to become records: a reference to one is no second mistake.</summary>
    public FrozenSet<(SubjectKind Kind, string Name)> Broken { get; init; } = FrozenSet<(SubjectKind, string)>.Empty;

    /// <summary>Names of links of other nodes. Associations may name them; a tunnel is not carried by one.</summary>
    public FrozenSet<string> Elsewhere { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Takes links of other nodes out of the tiers of associations. A tier that is left without any goes too.</summary>
    public ConfigurationDraft OnThisNode()
    {
        HashSet<string> others = [.. Elsewhere.Except(Links.Select(static link => link.Name))];
        return others.Count == 0 ? this : this with { Associations = [.. Associations.Select(association => WithoutLinks(association, others))] };
    }

    private static WanAssociation WithoutLinks(WanAssociation association, HashSet<string> others) =>
        association.Tiers.Any(tier => tier.Links.Any(link => others.Contains(link.Link)))
            ? association with
            {
                Tiers =
                [
                    .. association.Tiers
                        .Select(tier => new LinkTier([.. tier.Links.Where(link => !others.Contains(link.Link))]))
                        .Where(static tier => !tier.Links.IsEmpty),
                ],
            }
            : association;

    public string SubjectOf(Finding finding) => finding.Kind switch
    {
        SubjectKind.WanLink => $"WanLink/{Links[finding.Position].Name}",
        SubjectKind.SlaClass => $"SlaClass/{SlaClasses[finding.Position].Name}",
        SubjectKind.WanAssociation => $"WanAssociation/{Associations[finding.Position].Name}",
        _ => "",
    };
}
