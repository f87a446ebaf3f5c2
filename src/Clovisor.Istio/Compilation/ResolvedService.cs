using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Compilation;

/// <summary>A VirtualService with all names complete and all delegates merged in.</summary>
internal sealed record ResolvedService(VirtualService Resource, ImmutableArray<string> Hosts, ImmutableArray<string> Gateways, ImmutableArray<ResolvedRule> Rules)
{
    public ObjectKey Key => Resource.Key;
}

/// <summary>A rule with its place in the object it was written in.</summary>
internal sealed record ResolvedRule(HttpRoute Route, int Index, ObjectKey? Delegate, int DelegateIndex, SourceLocation Source);
