using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi;

/// <summary>One listener of a <see cref="KubernetesGateway"/> or <see cref="ListenerSet"/>.</summary>
public sealed record GatewayListener
{
    /// <summary>Gets the name, which routes may attach to by <c>sectionName</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the host that it serves; empty serves all.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Gets the port, 1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>Gets the protocol as written: <c>HTTP</c>, <c>HTTPS</c>, <c>TLS</c>, <c>TCP</c>, or Istio's <c>HBONE</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>Gets <c>Terminate</c> or <c>Passthrough</c>, or null without a TLS section.</summary>
    public string? TlsMode { get; init; }

    /// <summary>Gets the certificates that lie in other namespaces than the listener; each needs a <see cref="ReferenceGrant"/>.</summary>
    public ImmutableArray<ObjectKey> ForeignCertificates { get; init; } = [];

    /// <summary>Gets the TLS options, which Istio reads its own modes from.</summary>
    public ImmutableDictionary<string, string> TlsOptions { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the namespaces whose routes may attach. The default is the gateway's own.</summary>
    public NamespaceSelection AllowedNamespaces { get; init; } = NamespaceSelection.Same;

    /// <summary>Gets the kinds of route that may attach; empty for those that the protocol carries.</summary>
    public ImmutableArray<string> AllowedKinds { get; init; } = [];

    /// <summary>Gets the line the listener starts at, from 1; 0 when unknown.</summary>
    public int Line { get; init; }
}
