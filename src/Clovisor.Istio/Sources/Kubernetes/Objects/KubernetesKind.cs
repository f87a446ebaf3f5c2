namespace Clovisor.Istio.Sources.Kubernetes.Objects;

/// <summary>A kind of Kubernetes object, in one version of its API.</summary>
/// <param name="Group">The API group; empty for the core.</param>
/// <param name="Version">The version, such as <c>v1</c>.</param>
/// <param name="Kind">The name of the kind, such as <c>Service</c>.</param>
/// <param name="Plural">Its name in paths, such as <c>services</c>.</param>
public sealed record KubernetesKind(string Group, string Version, string Kind, string Plural)
{
    /// <summary>Gets what objects of the kind give as their <c>apiVersion</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    internal WatchedKind Watched(string? fieldSelector) => new(Group, [Version], Kind, Plural) { FieldSelector = fieldSelector };

    /// <summary>Gets the path of one object; the namespace is empty for kinds that have none.</summary>
    internal string PathOf(string scope, string name)
    {
        string root = Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";
        string place = scope.Length == 0 ? "" : $"/namespaces/{Uri.EscapeDataString(scope)}";
        return $"{root}{place}/{Plural}/{Uri.EscapeDataString(name)}";
    }
}
