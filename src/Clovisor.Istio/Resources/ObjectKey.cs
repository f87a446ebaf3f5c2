namespace Clovisor.Istio.Resources;

/// <summary>Names an object within its kind.</summary>
/// <param name="Namespace">The Kubernetes namespace.</param>
/// <param name="Name">The object's name.</param>
public readonly record struct ObjectKey(string Namespace, string Name)
{
    /// <summary>Writes <c>namespace/name</c>.</summary>
    /// <returns>The key as text.</returns>
    public override string ToString() => $"{Namespace}/{Name}";
}
