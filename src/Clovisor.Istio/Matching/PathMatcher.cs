using System.Text;
using Clovisor.Istio.Re2;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Matching;

/// <summary>The condition of a route on the path without query.</summary>
internal readonly struct PathMatcher
{
    private readonly bool _ignoreCase;
    private readonly Re2Expression? _regex;

    private readonly bool _wholeElements;

    private PathMatcher(StringMatchKind kind, string value, bool ignoreCase, Re2Expression? regex, bool wholeElements = false)
    {
        _wholeElements = wholeElements;
        Kind = kind;
        Value = value;
        _ignoreCase = ignoreCase;
        _regex = regex;
    }

    public StringMatchKind Kind { get; }

    public string Value { get; }

    /// <summary>Gets a value indicating whether case is ignored: then an index by text does not apply.</summary>
    public bool IgnoresCase => _ignoreCase;

    /// <summary>Gets a value indicating whether Istio takes the path for one that matches everything. An empty prefix does match everything and is not taken for it.</summary>
    public bool IsCatchAll => (Kind == StringMatchKind.Prefix && Value == "/") || (Kind == StringMatchKind.Regex && Value == ".*");

    /// <summary>Gets the prefix that counts whole path elements, or an empty string for any other condition.</summary>
    public string ElementPrefix => _wholeElements ? Value : "";

    /// <summary>Compiles a condition of a Gateway API route: <c>/foo</c> is a prefix of <c>/foo/bar</c>, and none of <c>/foobar</c>.</summary>
    public static PathMatcher FromGatewayApi(StringMatch? match) => match is { Kind: StringMatchKind.Prefix, Value: not "/" }
        ? new PathMatcher(match.Kind, match.Value.EndsWith('/') ? match.Value[..^1] : match.Value, false, null, wholeElements: true)
        : From(match, false);

    /// <summary>Compiles a condition. None at all, and one without a kind, are the prefix <c>/</c>. Case is never ignored in regular expressions.</summary>
    public static PathMatcher From(StringMatch? match, bool ignoreCase) => match switch
    {
        null or { Kind: StringMatchKind.Present } => new PathMatcher(StringMatchKind.Prefix, "/", ignoreCase, null),
        { Kind: StringMatchKind.Regex } => new PathMatcher(match.Kind, match.Value, false, Re2Expression.Parse(match.Value)),
        _ => new PathMatcher(match.Kind, match.Value, ignoreCase, null),
    };

    public bool IsMatch(ReadOnlySpan<char> path) => Kind switch
    {
        StringMatchKind.Exact => path.Length == Value.Length && Equal(path),
        StringMatchKind.Prefix => path.Length >= Value.Length && Equal(path[..Value.Length]) && (!_wholeElements || path.Length == Value.Length || path[Value.Length] == '/'),
        _ => _regex!.IsFullMatch(path),
    };

    public override string ToString() => $"{(_wholeElements ? "element " : "")}{Kind.ToString().ToLowerInvariant()} \"{Value}\"{(_ignoreCase ? " ignoring case" : "")}";

    // Ascii, not OrdinalIgnoreCase: the proxy folds ASCII letters only.
    private bool Equal(ReadOnlySpan<char> path) => _ignoreCase
        ? Ascii.IsValid(path) ? Ascii.EqualsIgnoreCase(path, Value) : EqualFolded(path, Value)
        : path.SequenceEqual(Value);

    private static bool EqualFolded(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] != b[i] && (!char.IsAsciiLetter(a[i]) || !char.IsAsciiLetter(b[i]) || (a[i] | 0x20) != (b[i] | 0x20)))
            {
                return false;
            }
        }

        return true;
    }
}
