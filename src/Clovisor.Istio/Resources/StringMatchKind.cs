namespace Clovisor.Istio.Resources;

/// <summary>How a <see cref="StringMatch"/> compares.</summary>
public enum StringMatchKind
{
    /// <summary>The text must be there, whatever it is: the form <c>{}</c>.</summary>
    Present,

    /// <summary>The whole text must be equal.</summary>
    Exact,

    /// <summary>The text must start so.</summary>
    Prefix,

    /// <summary>The whole text must match a regular expression of RE2 syntax.</summary>
    Regex,
}
