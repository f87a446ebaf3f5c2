using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>What all objects of a configuration have: identity, age, labels and the place they came from.</summary>
/// <remarks>Instances are immutable and may be shared between threads.</remarks>
public abstract record Resource
{
    /// <summary>Gets the kind as it is written in documents, such as <c>VirtualService</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>Gets the object's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the namespace. Documents without one belong to <c>default</c>.</summary>
    public required string Namespace { get; init; }

    /// <summary>Gets the creation time, or null when the document has none. Older objects win where two claim the same host.</summary>
    /// <remarks>Objects without one count as equally old and as the oldest; name and namespace then decide.</remarks>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Gets the labels of the object.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the place the object was read from.</summary>
    public SourceLocation Source { get; init; } = new("(unknown)", 0);

    /// <summary>Gets namespace and name together.</summary>
    public ObjectKey Key => new(Namespace, Name);

    /// <summary>Writes kind, namespace and name.</summary>
    /// <returns>Text such as <c>VirtualService app/httpbin</c>.</returns>
    public sealed override string ToString() => $"{Kind} {Namespace}/{Name}";
}
