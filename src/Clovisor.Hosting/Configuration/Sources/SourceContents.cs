using System.Collections.Frozen;
using System.Collections.Immutable;
using Clovisor.Istio;
using Clovisor.Wan.Configuration;

namespace Clovisor.Hosting.Configuration.Sources;

/// <summary>What one source says at one moment. Immutable.</summary>
internal record SourceContents
{
    /// <summary>Nothing is known yet.</summary>
    internal static SourceContents Unknown { get; } = new();

    /// <summary>Whether the source has been read whole, now or by an earlier process that stored it. Until then nothing of any source is put in force.</summary>
    internal bool IsKnown { get; init; }

    /// <summary>The mesh's objects.</summary>
    internal IstioConfiguration Istio { get; init; } = IstioConfiguration.Empty;

    /// <summary>Texts with documents of <c>wan.clovisor.io</c>; what else they hold is passed over.</summary>
    internal ImmutableArray<ConfigurationText> Wan { get; init; } = [];

    /// <summary>Labels of this node that the source knows.</summary>
    internal FrozenDictionary<string, string> NodeLabels { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>Why nothing of it can be put in force; empty when it can.</summary>
    internal ImmutableArray<string> Errors { get; init; } = [];

    /// <summary>Files and lines that <see cref="Errors"/> are about, so that a text which is no YAML is reported once.</summary>
    internal FrozenSet<(string?, int?)> Reported { get; init; } = [];
}
