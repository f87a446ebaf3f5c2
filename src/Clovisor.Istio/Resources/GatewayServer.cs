using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>One port of a <see cref="Gateway"/> and the hosts it serves.</summary>
public sealed record GatewayServer
{
    /// <summary>Gets the port.</summary>
    public required ServicePort Port { get; init; }

    /// <summary>Gets the hosts as written: <c>host</c>, <c>namespace/host</c>, <c>./host</c> or <c>*/host</c>.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>Gets the address the port is bound to, or an empty string for all.</summary>
    public string Bind { get; init; } = "";

    /// <summary>Gets the server's name, or an empty string.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the TLS mode as written, an empty string where a TLS section has none, or null without a TLS section.</summary>
    public string? TlsMode { get; init; }

    /// <summary>Gets a value indicating whether plain requests are redirected to https.</summary>
    public bool HttpsRedirect { get; init; }

    /// <summary>Gets a value indicating whether a certificate is named by any of the ways there are.</summary>
    public bool HasCertificate { get; init; }

    /// <summary>Gets what the TLS section names to prove and check identities with.</summary>
    internal TlsMaterial Material { get; init; }

    /// <summary>Gets the line the server starts at, from 1; 0 when unknown.</summary>
    public int Line { get; init; }
}
