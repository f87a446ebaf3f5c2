using Clovisor.Istio.Re2;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Matching;

/// <summary>A compiled <see cref="StringMatch"/>. Comparisons are ordinal; nothing is allocated.</summary>
internal readonly struct StringMatcher
{
    private readonly StringMatchKind _kind;
    private readonly string _value;
    private readonly Re2Expression? _regex;

    private StringMatcher(StringMatchKind kind, string value, Re2Expression? regex)
    {
        _kind = kind;
        _value = value;
        _regex = regex;
    }

    public bool IsPresence => _kind == StringMatchKind.Present;

    public StringMatchKind Kind => _kind;

    public string Value => _value;

    /// <summary>Compiles a condition. The regular expression <c>*</c>, which is none, means presence: Istio reads it so.</summary>
    public static StringMatcher From(StringMatch match) => match switch
    {
        { Kind: StringMatchKind.Regex, Value: "*" } => new StringMatcher(StringMatchKind.Present, "", null),
        { Kind: StringMatchKind.Regex } => new StringMatcher(match.Kind, match.Value, Re2Expression.Parse(match.Value)),
        _ => new StringMatcher(match.Kind, match.Value, null),
    };

    public bool IsMatch(ReadOnlySpan<char> text) => _kind switch
    {
        StringMatchKind.Exact => text.SequenceEqual(_value),
        StringMatchKind.Prefix => text.StartsWith(_value, StringComparison.Ordinal),
        StringMatchKind.Regex => _regex!.IsFullMatch(text),
        _ => true,
    };

    public override string ToString() => _kind == StringMatchKind.Present ? "present" : $"{_kind.ToString().ToLowerInvariant()} \"{_value}\"";
}
