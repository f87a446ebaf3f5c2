namespace Clovisor.Istio.Resources;

/// <summary>Names the <see cref="VirtualService"/> whose rules take the place of the rule that holds this.</summary>
public sealed record DelegateReference
{
    /// <summary>Gets the name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the namespace, or an empty string for that of the object that delegates.</summary>
    public string Namespace { get; init; } = "";
}
