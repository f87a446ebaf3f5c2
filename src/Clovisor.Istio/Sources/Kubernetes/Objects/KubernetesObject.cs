namespace Clovisor.Istio.Sources.Kubernetes.Objects;

/// <summary>An object as a cluster has it.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace; empty where the kind has none.</param>
/// <param name="Name">Its name.</param>
/// <param name="ResourceVersion">Its version, which says nothing but that another one differs.</param>
/// <param name="Json">The whole object as the server sent it, in UTF-8. In lists the server leaves out <c>apiVersion</c> and <c>kind</c>.</param>
public sealed record KubernetesObject(KubernetesKind Kind, string Namespace, string Name, string ResourceVersion, ReadOnlyMemory<byte> Json);
