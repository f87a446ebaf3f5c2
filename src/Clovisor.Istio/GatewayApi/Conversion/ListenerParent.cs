using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi.Conversion;

/// <summary>A listener that routes can attach to, with the Istio gateway that was made from it.</summary>
/// <param name="ParentKind"><c>Gateway</c> or <c>ListenerSet</c>.</param>
/// <param name="Key">The object that holds the listener.</param>
/// <param name="Listener">The listener.</param>
/// <param name="Gateway">The Istio gateway.</param>
/// <param name="Kinds">The kinds of route that may attach.</param>
internal sealed record ListenerParent(string ParentKind, ObjectKey Key, GatewayListener Listener, Gateway Gateway, ImmutableArray<string> Kinds)
{
    /// <summary>Gets the hosts, each as <c>namespace/host</c>.</summary>
    public ImmutableArray<string> Hosts => Gateway.Servers[0].Hosts;
}
