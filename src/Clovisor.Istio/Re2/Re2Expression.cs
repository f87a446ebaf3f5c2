using System.Text;
using System.Text.RegularExpressions;

namespace Clovisor.Istio.Re2;

/// <summary>
/// A regular expression with the syntax and meaning that Envoy gives it, run by .NET's non-backtracking engine: like RE2, linear
/// in the input. Envoy's RE2 sees bytes, not characters: <c>é+</c> repeats the second byte of é alone. Thread-safe.
/// </summary>
internal sealed class Re2Expression
{
    private const int StackLimit = 1024;

    private readonly Regex _full;
    private readonly Lazy<Regex> _search;
    private readonly int _groups;
    private readonly RequiredLiteral _required;

    private Re2Expression(string text)
    {
        Text = text;
        _required = RequiredLiteral.Of(text);
        (string pattern, _groups) = Re2Parser.Translate(text);
        _full = new Regex($"\\A(?:{pattern})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        _search = new Lazy<Regex>(() => new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
    }

    /// <summary>Gets the expression as written.</summary>
    public string Text { get; }

    /// <summary>Parses an expression, or says why RE2 would refuse it.</summary>
    public static Re2Expression? TryParse(string text, out string error)
    {
        try
        {
            error = "";
            return new Re2Expression(text);
        }
        catch (FormatException e)
        {
            error = e.Message;
        }
        catch (NotSupportedException e)
        {
            error = $"too large: {e.Message}";
        }

        return null;
    }

    /// <summary>Parses an expression that was checked before.</summary>
    public static Re2Expression Parse(string text) => TryParse(text, out string error) ?? throw new ArgumentException($"\"{text}\" is not an RE2 expression: {error}", nameof(text));

    /// <summary>Gets an expression that matches the text itself.</summary>
    public static string Escape(string text) => string.Concat(text.Select(static c => @"\.+*?()|[]{}^$".Contains(c, StringComparison.Ordinal) ? $"\\{c}" : $"{c}"));

    /// <summary>Says whether the whole input matches. Allocates nothing once warmed up, except for long input beyond ASCII.</summary>
    public bool IsFullMatch(ReadOnlySpan<char> input)
    {
        return _required.MayMatch(input) && IsFullMatchByEngine(input);
    }

    /// <summary>As <see cref="IsFullMatch"/>, without the short cut.</summary>
    internal bool IsFullMatchByEngine(ReadOnlySpan<char> input)
    {
        if (Ascii.IsValid(input))
        {
            return _full.IsMatch(input);
        }

        int room = ByteText.RoomFor(input.Length);
        Span<char> bytes = room <= StackLimit ? stackalloc char[StackLimit] : new char[room];
        return _full.IsMatch(bytes[..ByteText.Encode(input, bytes)]);
    }

    /// <summary>Checks a substitution: <c>\0</c> to <c>\9</c> name groups that exist, <c>\\</c> is a backslash, nothing else is escaped.</summary>
    public string? CheckSubstitution(string substitution)
    {
        for (int i = 0; i < substitution.Length; i++)
        {
            if (substitution[i] != '\\')
            {
                continue;
            }

            i++;
            if (i == substitution.Length || (!char.IsAsciiDigit(substitution[i]) && substitution[i] != '\\'))
            {
                return "a backslash must be followed by a digit or another backslash";
            }

            if (char.IsAsciiDigit(substitution[i]) && substitution[i] - '0' > _groups)
            {
                return $"\\{substitution[i]} names a group, but the expression has {_groups}";
            }
        }

        return null;
    }

    /// <summary>Replaces every occurrence, from the left, as RE2's global replacement does.</summary>
    public string Replace(string input, string substitution)
    {
        string bytes = ByteText.Encode(input);
        var result = new StringBuilder();
        int copied = 0;
        int lastEnd = -1;
        for (Match match = _search.Value.Match(bytes); match.Success; match = match.NextMatch())
        {
            // RE2 does not accept an empty match right after another match.
            if (match.Length == 0 && match.Index == lastEnd)
            {
                continue;
            }

            result.Append(bytes, copied, match.Index - copied);
            Expand(result, match, ByteText.Encode(substitution));
            copied = lastEnd = match.Index + match.Length;
        }

        return ByteText.Decode(result.Append(bytes, copied, bytes.Length - copied).ToString());
    }

    private static void Expand(StringBuilder result, Match match, string substitution)
    {
        for (int i = 0; i < substitution.Length; i++)
        {
            if (substitution[i] == '\\' && i + 1 < substitution.Length)
            {
                i++;
                result.Append(char.IsAsciiDigit(substitution[i]) ? match.Groups[substitution[i] - '0'].ValueSpan : substitution.AsSpan(i, 1));
            }
            else
            {
                result.Append(substitution[i]);
            }
        }
    }
}
