using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>Labels as Kubernetes selects by them.</summary>
internal static class LabelSet
{
    /// <summary>Says whether every wanted label is there with its value; none wanted is always there.</summary>
    public static bool HasAll(this ImmutableDictionary<string, string> labels, ImmutableDictionary<string, string> wanted) =>
        wanted.All(w => labels.TryGetValue(w.Key, out string? value) && value == w.Value);
}
