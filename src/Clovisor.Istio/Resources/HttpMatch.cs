using System.Collections.Immutable;

namespace Clovisor.Istio.Resources;

/// <summary>One match of an HTTP rule. All fields that are set must hold.</summary>
public sealed record HttpMatch
{
    /// <summary>Gets the match's name, or an empty string.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the condition on the path without query and fragment.</summary>
    public StringMatch? Uri { get; init; }

    /// <summary>Gets a value indicating whether exact and prefix paths ignore the case of ASCII letters. Regular expressions are not affected.</summary>
    public bool IgnoreUriCase { get; init; }

    /// <summary>Gets the condition on the scheme.</summary>
    public StringMatch? Scheme { get; init; }

    /// <summary>Gets the condition on the method; case matters.</summary>
    public StringMatch? Method { get; init; }

    /// <summary>Gets the condition on the authority; case matters, and a port that was sent belongs to it.</summary>
    public StringMatch? Authority { get; init; }

    /// <summary>Gets the conditions on headers by name.</summary>
    public ImmutableDictionary<string, StringMatch> Headers { get; init; } = ImmutableDictionary<string, StringMatch>.Empty;

    /// <summary>Gets the conditions on headers that must not hold, by name.</summary>
    public ImmutableDictionary<string, StringMatch> WithoutHeaders { get; init; } = ImmutableDictionary<string, StringMatch>.Empty;

    /// <summary>Gets the conditions on query parameters by name. Nothing is percent-decoded.</summary>
    public ImmutableDictionary<string, StringMatch> QueryParams { get; init; } = ImmutableDictionary<string, StringMatch>.Empty;

    /// <summary>Gets the listener port the match is limited to; 0 for any.</summary>
    public int Port { get; init; }

    /// <summary>Gets the labels the proxy must have. Ignored when <see cref="Gateways"/> is not empty.</summary>
    public ImmutableDictionary<string, string> SourceLabels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the namespace the proxy must be in, or an empty string. Ignored when <see cref="Gateways"/> is not empty.</summary>
    public string SourceNamespace { get; init; } = "";

    /// <summary>Gets the gateways the match is limited to.</summary>
    public ImmutableArray<string> Gateways { get; init; } = [];

    /// <summary>Gets the prefix of the proxy's statistics for this route, or an empty string. Carried, without effect on routing.</summary>
    public string StatPrefix { get; init; } = "";

    /// <summary>Gets the line the match starts at, from 1; 0 when unknown.</summary>
    public int Line { get; init; }
}
