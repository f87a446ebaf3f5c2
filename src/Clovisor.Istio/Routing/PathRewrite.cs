namespace Clovisor.Istio.Routing;

/// <summary>A change of the path. The query always stays.</summary>
public sealed record PathRewrite
{
    /// <summary>Gets what replaces the matched prefix, or the whole path where the match was not by prefix; null for a rewrite by expression.</summary>
    public string? Prefix { get; init; }

    /// <summary>Gets the RE2 expression whose every occurrence is replaced, or null.</summary>
    public string? Pattern { get; init; }

    /// <summary>Gets what an occurrence is replaced with; <c>\1</c> is its first group.</summary>
    public string? Substitution { get; init; }
}
