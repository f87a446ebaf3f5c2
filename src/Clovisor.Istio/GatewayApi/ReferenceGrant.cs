using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi;

/// <summary>Allows objects of other namespaces to refer to objects of this one's.</summary>
public sealed record ReferenceGrant : Resource
{
    /// <inheritdoc/>
    public override string Kind => "ReferenceGrant";

    /// <summary>Gets who may refer.</summary>
    public ImmutableArray<GrantSource> From { get; init; } = [];

    /// <summary>Gets what may be referred to.</summary>
    public ImmutableArray<GrantTarget> To { get; init; } = [];
}

/// <summary>Objects that may refer.</summary>
/// <param name="Group">The group of their kind.</param>
/// <param name="ReferringKind">Their kind.</param>
/// <param name="Namespace">Their namespace.</param>
public sealed record GrantSource(string Group, string ReferringKind, string Namespace);

/// <summary>Objects that may be referred to.</summary>
/// <param name="Group">The group of their kind; empty for the core group.</param>
/// <param name="TargetKind">Their kind.</param>
/// <param name="Name">Their name, or an empty string for all of the kind.</param>
public sealed record GrantTarget(string Group, string TargetKind, string Name);
