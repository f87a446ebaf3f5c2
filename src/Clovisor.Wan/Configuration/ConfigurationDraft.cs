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
internal readonly record struct Finding(string Code, SubjectKind Kind, int Position, string Path, string Message);

/// <summary>Records that have not been checked yet.</summary>
internal sealed record ConfigurationDraft(
    ImmutableArray<WanLink> Links, ImmutableArray<SlaClass> SlaClasses, ImmutableArray<WanAssociation> Associations)
{
    /// <summary>Names of links and classes that were declared, but not well enough to become records: a reference to one is no second mistake.</summary>
    public FrozenSet<(SubjectKind Kind, string Name)> Broken { get; init; } = FrozenSet<(SubjectKind, string)>.Empty;

    public string SubjectOf(Finding finding) => finding.Kind switch
    {
        SubjectKind.WanLink => $"WanLink/{Links[finding.Position].Name}",
        SubjectKind.SlaClass => $"SlaClass/{SlaClasses[finding.Position].Name}",
        SubjectKind.WanAssociation => $"WanAssociation/{Associations[finding.Position].Name}",
        _ => "",
    };
}
