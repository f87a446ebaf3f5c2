using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>Which tokens proxies check. Here it matters only that there is one, since claims that routes match come from checked tokens.</summary>
public sealed record RequestAuthentication : Resource
{
    /// <inheritdoc/>
    public override string Kind => "RequestAuthentication";

    /// <summary>Gets the labels of the proxies that check; empty means all of the namespace, and in the root namespace all of the mesh.</summary>
    public ImmutableDictionary<string, string> Selector { get; init; } = ImmutableDictionary<string, string>.Empty;
}
