using System.Collections.Immutable;
using Clovisor.Istio.Serialization;
using Clovisor.Istio.Validation;

namespace Clovisor.Istio.Sources;

/// <summary>What a folder said last: the configuration in force, and what is wrong with a newer one that was refused.</summary>
/// <param name="Revision">Counts what was published, from 1; a refusal counts too.</param>
/// <param name="Configuration">The last configuration without errors, or null when there was none yet.</param>
/// <param name="Errors">Everything that is wrong with the folder as it is now; empty when <paramref name="Configuration"/> is what it says.</param>
public sealed record YamlFolderSnapshot(long Revision, IstioConfiguration? Configuration, ImmutableArray<ConfigurationError> Errors)
{
    /// <summary>Gets the texts of the folder as it is now, for whoever reads documents of other API groups from it. A text that changes makes a new snapshot.</summary>
    public ImmutableArray<NamedText> Texts { get; init; } = [];

    /// <summary>Gets a value indicating whether the folder as it is now was accepted.</summary>
    public bool IsAccepted => Errors.IsEmpty;
}
