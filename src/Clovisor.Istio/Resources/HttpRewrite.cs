namespace Clovisor.Istio.Resources;

/// <summary>What is rewritten before a request is forwarded.</summary>
public sealed record HttpRewrite
{
    /// <summary>Gets what replaces the matched prefix, or the whole path where the match was not a prefix; empty for no change.</summary>
    public string Uri { get; init; } = "";

    /// <summary>Gets the new authority, or an empty string to keep it.</summary>
    public string Authority { get; init; } = "";

    /// <summary>Gets the expression whose every occurrence in the path is replaced, or null.</summary>
    public string? RegexMatch { get; init; }

    /// <summary>Gets what an occurrence is replaced with; <c>\1</c> is its first group.</summary>
    public string? RegexSubstitution { get; init; }
}
