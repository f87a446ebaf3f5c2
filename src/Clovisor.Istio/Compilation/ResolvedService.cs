using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Compilation;

/// <summary>A VirtualService with all names complete and all delegates merged in.</summary>
internal sealed record ResolvedService(VirtualService Resource, ImmutableArray<string> Hosts, ImmutableArray<string> Gateways, ImmutableArray<ResolvedRule> Rules)
{
    public ObjectKey Key => Resource.Key;

    /// <summary>Gets the TLS rules with complete names.</summary>
    public ImmutableArray<ConnectionRoute> Tls { get; init; } = [];

    /// <summary>Gets the TCP rules with complete names.</summary>
    public ImmutableArray<ConnectionRoute> Tcp { get; init; } = [];
}

/// <summary>A rule with its place in the object it was written in.</summary>
internal sealed record ResolvedRule(HttpRoute Route, int Index, ObjectKey? Delegate, int DelegateIndex, SourceLocation Source);
