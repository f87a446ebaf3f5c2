using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi;

/// <summary>A Kubernetes label selector. All conditions must hold; none at all selects everything.</summary>
public sealed record LabelSelector
{
    /// <summary>Gets the labels that must be there with their values.</summary>
    public ImmutableDictionary<string, string> MatchLabels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the further conditions.</summary>
    public ImmutableArray<LabelRequirement> MatchExpressions { get; init; } = [];

    /// <summary>Says whether labels fit.</summary>
    /// <param name="labels">The labels of an object.</param>
    /// <returns>True when every condition holds.</returns>
    public bool IsMatch(ImmutableDictionary<string, string> labels) =>
        labels.HasAll(MatchLabels) && MatchExpressions.All(e => e.IsMatch(labels));
}

/// <summary>One condition of a <see cref="LabelSelector"/>.</summary>
/// <param name="Key">The label's name.</param>
/// <param name="Operator"><c>In</c>, <c>NotIn</c>, <c>Exists</c> or <c>DoesNotExist</c>.</param>
/// <param name="Values">The values of <c>In</c> and <c>NotIn</c>.</param>
public sealed record LabelRequirement(string Key, string Operator, ImmutableArray<string> Values)
{
    internal bool IsMatch(ImmutableDictionary<string, string> labels)
    {
        string? value = labels.GetValueOrDefault(Key);
        return Operator switch
        {
            "In" => value is not null && Values.Contains(value),
            "NotIn" => value is null || !Values.Contains(value),
            "Exists" => value is not null,
            _ => value is null,
        };
    }
}
