using System.Collections.Immutable;

namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>A kind that is read from clusters.</summary>
/// <param name="Group">The API group; empty for the core.</param>
/// <param name="Versions">The versions that are understood, the best first. The first that the cluster serves is used.</param>
/// <param name="Kind">The kind's name.</param>
/// <param name="Plural">Its name in paths.</param>
internal sealed record WatchedKind(string Group, ImmutableArray<string> Versions, string Kind, string Plural)
{
    /// <summary>Gets a value indicating whether the kind is read from clusters that give services alone.</summary>
    public bool IsOfServices { get; init; }

    /// <summary>Gets the fields of the status that have a part in routing. Changes of others are no changes.</summary>
    public ImmutableArray<string> StatusFields { get; init; } = [];

    /// <summary>Gets the only namespace that is read, or null for all.</summary>
    public string? Namespace { get; init; }

    /// <summary>Gets a field selector, or null.</summary>
    public string? FieldSelector { get; init; }

    /// <summary>Gets a label selector, or null.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Gets kind and group as Kubernetes writes them.</summary>
    public string Name => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    /// <summary>Gets what objects give as their API version.</summary>
    public string ApiVersion(string version) => Group.Length == 0 ? version : $"{Group}/{version}";

    /// <summary>Gets the path of the kind's list with the selectors, ending so that more can be appended with <c>&amp;</c>.</summary>
    public string Path(string version)
    {
        string root = Group.Length == 0 ? $"/api/{version}" : $"/apis/{Group}/{version}";
        string path = Namespace is null ? $"{root}/{Plural}?" : $"{root}/namespaces/{Uri.EscapeDataString(Namespace)}/{Plural}?";
        path += FieldSelector is null ? "" : $"fieldSelector={Uri.EscapeDataString(FieldSelector)}&";
        return path + (LabelSelector is null ? "" : $"labelSelector={Uri.EscapeDataString(LabelSelector)}&");
    }
}
