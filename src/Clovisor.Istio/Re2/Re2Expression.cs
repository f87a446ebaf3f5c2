using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Clovisor.Istio.Re2;

/// <summary>
/// A regular expression with the syntax and meaning that Envoy gives it: like RE2, linear in the input and bounded in memory. Envoy's RE2 sees bytes, not characters: <c>é+</c>
/// repeats the second byte of é alone. Thread-safe.
/// </summary>
internal sealed class Re2Expression
{
    private const int StackLimit = 1024;

    private readonly Re2Automaton _automaton;
    private readonly int _groups;
    private readonly RequiredLiteral _required;
    private Regex? _search;

    private Re2Expression(string text)
    {
        Text = text;
        _required = RequiredLiteral.Of(text);
        (Re2Node expression, _groups) = Re2Parser.Parse(text);
        _automaton = new Re2Automaton(Re2Compiler.Compile(expression));
    }

    /// <summary>Gets the expression as written.</summary>
    public string Text { get; }

    private Regex Search => _search ??= new Regex(DotNetPattern.Of(Re2Parser.Parse(Text).Expression), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

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

        return null;
    }

    /// <summary>Parses an expression that was checked before.</summary>
    public static Re2Expression Parse(string text) => TryParse(text, out string error) ?? throw new ArgumentException($"\"{text}\" is not an RE2 expression: {error}", nameof(text));

    /// <summary>Gets an expression that matches the text itself.</summary>
    public static string Escape(string text) => string.Concat(text.Select(static c => @"\.+*?()|[]{}^$".Contains(c, StringComparison.Ordinal) ? $"\\{c}" : $"{c}"));

    /// <summary>Says whether the whole input matches. Allocates nothing once the automaton's states that inputs like it need are there.</summary>
    public bool IsFullMatch(ReadOnlySpan<char> input)
    {
        return _required.MayMatch(input) && IsFullMatchByAutomaton(input);
    }

    /// <summary>As <see cref="IsFullMatch"/>, without the short cut.</summary>
    internal bool IsFullMatchByAutomaton(ReadOnlySpan<char> input)
    {
        int room = Encoding.UTF8.GetMaxByteCount(input.Length);
        if (room <= StackLimit)
        {
            Span<byte> bytes = stackalloc byte[StackLimit];
            return _automaton.IsMatch(bytes[..Encoding.UTF8.GetBytes(input, bytes)]);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(room);
        try
        {
            return _automaton.IsMatch(rented.AsSpan(0, Encoding.UTF8.GetBytes(input, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
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

        try
        {
            _ = Search;
            return null;
        }
        catch (NotSupportedException e)
        {
            return $"the expression is too large to replace by: {e.Message}";
        }
    }

    /// <summary>Replaces every occurrence, from the left, as RE2's global replacement does. Where occurrences and groups lie is asked of .NET's engine, which is linear too but far larger.</summary>
    public string Replace(string input, string substitution)
    {
        string bytes = ByteText.Encode(input);
        var result = new StringBuilder();
        int copied = 0;
        int lastEnd = -1;
        for (Match match = Search.Match(bytes); match.Success; match = match.NextMatch())
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
