using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>One egress listener of a <see cref="Sidecar"/>.</summary>
public sealed record EgressListener
{
    /// <summary>Gets the port, or null for all ports that no other listener has.</summary>
    public ServicePort? Port { get; init; }

    /// <summary>Gets the address or socket the listener is bound to, or an empty string.</summary>
    public string Bind { get; init; } = "";

    /// <summary>Gets the hosts that are imported, each as <c>namespace/host</c>.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];
}
