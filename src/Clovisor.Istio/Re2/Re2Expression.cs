using System.Buffers;
using System.Text;

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
    private Re2Program? _search;

    private Re2Expression(string text)
    {
        Text = text;
        _required = RequiredLiteral.Of(text);
        (Re2Node expression, _groups) = Re2Parser.Parse(text);
        _automaton = new Re2Automaton(Re2Compiler.Compile(expression));
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

        return null;
    }

    /// <summary>Replaces every occurrence, from the left, as RE2's global replacement does.</summary>
    public string Replace(string input, string substitution)
    {
        _search ??= Re2Compiler.CompileWithGroups(Re2Parser.Parse(Text).Expression);
        var search = new Re2Search(_search, _groups);
        byte[] text = Encoding.UTF8.GetBytes(input);
        byte[] replacement = Encoding.UTF8.GetBytes(substitution);
        var result = new ArrayBufferWriter<byte>(text.Length + replacement.Length);
        int[] bounds = new int[2 * (_groups + 1)];
        int at = 0;
        int lastEnd = -1;
        while (at <= text.Length && search.Find(text, at, bounds))
        {
            result.Write(text.AsSpan(at, bounds[0] - at));
            at = bounds[1];

            // RE2 does not accept an empty match right after another match, and goes on behind the next byte.
            if (bounds[0] == bounds[1] && bounds[0] == lastEnd)
            {
                if (at < text.Length)
                {
                    result.Write(text.AsSpan(at, 1));
                }

                at++;
                continue;
            }

            Expand(result, text, bounds, replacement);
            lastEnd = at;
        }

        if (at < text.Length)
        {
            result.Write(text.AsSpan(at));
        }

        return Encoding.UTF8.GetString(result.WrittenSpan);
    }

    private static void Expand(ArrayBufferWriter<byte> result, byte[] text, int[] bounds, byte[] substitution)
    {
        for (int i = 0; i < substitution.Length; i++)
        {
            if (substitution[i] != '\\' || i + 1 == substitution.Length)
            {
                result.Write([substitution[i]]);
            }
            else if (!char.IsAsciiDigit((char)substitution[++i]))
            {
                result.Write([substitution[i]]);
            }
            else
            {
                int group = 2 * (substitution[i] - '0');
                if (group < bounds.Length && bounds[group] >= 0)
                {
                    result.Write(text.AsSpan(bounds[group], bounds[group + 1] - bounds[group]));
                }
            }
        }
    }
}
