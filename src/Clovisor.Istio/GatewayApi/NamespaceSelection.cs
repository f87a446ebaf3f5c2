namespace Clovisor.Istio.GatewayApi;

/// <summary>A choice of namespaces.</summary>
/// <param name="From"><c>All</c>, <c>Same</c>, <c>Selector</c> or <c>None</c>.</param>
/// <param name="Selector">The labels that a namespace must have under <c>Selector</c>, else null.</param>
public sealed record NamespaceSelection(string From, LabelSelector? Selector)
{
    /// <summary>Gets the choice of no namespace.</summary>
    public static NamespaceSelection None { get; } = new("None", null);

    /// <summary>Gets the choice of the object's own namespace.</summary>
    public static NamespaceSelection Same { get; } = new("Same", null);
}
