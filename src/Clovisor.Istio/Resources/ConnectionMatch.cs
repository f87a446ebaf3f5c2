using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>One match of a <c>tls</c> or <c>tcp</c> rule. All fields that are set must hold.</summary>
public sealed record ConnectionMatch
{
    /// <summary>Gets the server names a client may ask for; a star as first label covers any number of labels. Empty for a <c>tcp</c> rule.</summary>
    public ImmutableArray<string> SniHosts { get; init; } = [];

    /// <summary>Gets the addresses and ranges that the connection may go to; empty for any. Gateways do not look at them.</summary>
    public ImmutableArray<string> DestinationSubnets { get; init; } = [];

    /// <summary>Gets the listener port the match is limited to; 0 for any.</summary>
    public int Port { get; init; }

    /// <summary>Gets the labels the proxy must have. Gateways do not look at them.</summary>
    public ImmutableDictionary<string, string> SourceLabels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the namespace the proxy must be in, or an empty string. Gateways do not look at it.</summary>
    public string SourceNamespace { get; init; } = "";

    /// <summary>Gets the gateways the match is limited to.</summary>
    public ImmutableArray<string> Gateways { get; init; } = [];

    /// <summary>Gets the line the match starts at, from 1; 0 when unknown.</summary>
    public int Line { get; init; }
}
