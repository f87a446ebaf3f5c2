using System.Collections.Immutable;
using System.ComponentModel.DataAnnotations;
using Clovisor.Hosting.Kubernetes.Schema;

namespace Clovisor.Hosting.Kubernetes.Resources;

/// <summary>Which sessions are meant.</summary>
public sealed record AssociationMatchSpec
{
    /// <summary>Mesh route rules: [HTTPRoute:|GRPCRoute:]namespace/name/route[.match], route and match each a name or #index from 0, or * for any route.</summary>
    [ItemCount(0, 256)]
    [StringLength(512)]
    [RegularExpression(TextForm.MeshRoute)]
    [UniqueItems]
    public ImmutableArray<string>? MeshRoute { get; init; }

    /// <summary>Sessions by what is known of them beside their mesh route; one of the list is enough.</summary>
    [ItemCount(0, 64)]
    public ImmutableArray<FlowMatchSpec>? Flows { get; init; }

    /// <summary>Code points, by number from 1 to 63 or by name.</summary>
    [ItemCount(0, 63)]
    [CelRule(TextForm.Dscp, TextForm.DscpMessage, OfItems = true)]
    public ImmutableArray<NumberOrName>? Dscp { get; init; }
}
