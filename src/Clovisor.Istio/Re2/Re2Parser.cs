using System.Globalization;
using System.Text;

namespace Clovisor.Istio.Re2;

/// <summary>
/// Parses RE2 syntax and writes the same expression for .NET. Every construct is written out in terms whose meaning both
/// share: classes as byte ranges, groups with explicit numbers, anchors without regard to options.
/// </summary>
internal sealed class Re2Parser
{
    // RE2 and Go refuse more repetitions than this, also as the product of nested ones.
    private const int MaximumRepeat = 1000;
    private const int MaximumDepth = 250;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly string _text;
    private int _at;
    private int _depth;
    private bool _fold;
    private bool _multiline;
    private bool _dotAll;
    private bool _swapGreed;

    private Re2Parser(string text) => _text = text;

    private int GroupCount { get; set; }

    private bool AtEnd => _at >= _text.Length;

    /// <summary>Translates an expression and counts its groups.</summary>
    /// <exception cref="FormatException">RE2 would refuse the expression; never leaves this namespace.</exception>
    public static (string Pattern, int Groups) Translate(string text)
    {
        var parser = new Re2Parser(ByteText.Encode(text));
        Piece whole = parser.Alternation();
        return parser.AtEnd ? (whole.Pattern, parser.GroupCount) : throw new FormatException("unexpected )");
    }

    private Piece Alternation()
    {
        if (++_depth > MaximumDepth)
        {
            throw new FormatException("nested too deeply");
        }

        var text = new StringBuilder();
        int repeats = 1;
        while (true)
        {
            Piece branch = Concatenation();
            repeats = Math.Max(repeats, branch.Repeats);
            text.Append(branch.Pattern);
            if (AtEnd || _text[_at] != '|')
            {
                _depth--;
                return new Piece(text.ToString(), repeats);
            }

            _at++;
            text.Append('|');
        }
    }

    private Piece Concatenation()
    {
        var text = new StringBuilder();
        int repeats = 1;
        while (!AtEnd && _text[_at] is not ('|' or ')'))
        {
            if (_text.AsSpan(_at).StartsWith("\\Q"))
            {
                Quoted(text, ref repeats);
                continue;
            }

            Piece piece = Repeated(Atom());
            text.Append(piece.Pattern);
            repeats = Math.Max(repeats, piece.Repeats);
        }

        return new Piece(text.ToString(), repeats);
    }

    private void Quoted(StringBuilder text, ref int repeats)
    {
        _at += 2;
        while (!AtEnd && !_text.AsSpan(_at).StartsWith("\\E"))
        {
            Piece atom = Literal(NextByte());
            // An operator after \E applies to the last quoted character alone.
            bool last = _text.AsSpan(_at).StartsWith("\\E");
            if (last)
            {
                _at += 2;
                atom = Repeated(atom);
            }

            text.Append(atom.Pattern);
            repeats = Math.Max(repeats, atom.Repeats);
            if (last)
            {
                return;
            }
        }

        _at = Math.Min(_text.Length, _at + 2);
    }

    private Piece Repeated(Piece atom)
    {
        bool repeated = false;
        while (!AtEnd)
        {
            int start = _at;
            (int minimum, int maximum)? bounds = Operator();
            if (bounds is not { } b)
            {
                return atom;
            }

            if (repeated)
            {
                throw new FormatException($"invalid nested repetition operator at {_text[start..]}");
            }

            repeated = true;
            bool lazy = !AtEnd && _text[_at] == '?';
            if (lazy)
            {
                _at++;
            }

            if (atom.Pattern.Length == 0)
            {
                continue;
            }

            int count = Math.Max(b.minimum, b.maximum);
            int repeats = count > 1 ? count * atom.Repeats : atom.Repeats;
            if (repeats > MaximumRepeat)
            {
                throw new FormatException($"repeats more than {MaximumRepeat} times");
            }

            string upper = b.maximum < 0 ? "" : b.maximum.ToString(CultureInfo.InvariantCulture);
            string range = (b.minimum, b.maximum) switch
            {
                (0, -1) => "*",
                (1, -1) => "+",
                (0, 1) => "?",
                _ => $"{{{b.minimum.ToString(CultureInfo.InvariantCulture)},{upper}}}",
            };
            atom = new Piece($"(?:{atom.Pattern}){range}{(lazy != _swapGreed ? "?" : "")}", repeats);
        }

        return atom;
    }

    private (int Minimum, int Maximum)? Operator()
    {
        switch (_text[_at])
        {
            case '*':
                _at++;
                return (0, -1);
            case '+':
                _at++;
                return (1, -1);
            case '?':
                _at++;
                return (0, 1);
            case '{':
                return Braces();
            default:
                return null;
        }
    }

    // What does not read as {n}, {n,} or {n,m} is a literal brace.
    private (int Minimum, int Maximum)? Braces()
    {
        int at = _at + 1;
        if (Count(ref at) is not { } minimum)
        {
            return null;
        }

        int maximum = minimum;
        if (at < _text.Length && _text[at] == ',')
        {
            at++;
            int before = at;
            maximum = Count(ref at) ?? -1;
            if (maximum < 0 && at != before)
            {
                return null;
            }
        }

        if (at >= _text.Length || _text[at] != '}')
        {
            return null;
        }

        if (minimum > MaximumRepeat || maximum > MaximumRepeat || (maximum >= 0 && maximum < minimum))
        {
            throw new FormatException($"invalid repeat count {_text[_at..(at + 1)]}");
        }

        _at = at + 1;
        return (minimum, maximum);
    }

    private int? Count(ref int at)
    {
        int start = at;
        int value = 0;
        while (at < _text.Length && char.IsAsciiDigit(_text[at]))
        {
            value = Math.Min((value * 10) + _text[at++] - '0', 100_000);
        }

        bool leadingZero = at - start > 1 && _text[start] == '0';
        return at == start || leadingZero ? null : value;
    }

    private Piece Atom()
    {
        char c = _text[_at];
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                return new Piece(new Re2ClassParser(_text, _fold).Parse(ref _at).ToPattern(), 1);
            case '.':
                _at++;
                return new Piece((_dotAll ? ByteSet.All : ByteSet.AllButNewline).ToPattern(), 1);
            case '^':
                _at++;
                return new Piece(_multiline ? "(?m:^)" : "\\A", 1);
            case '$':
                _at++;
                return new Piece(_multiline ? "(?m:$)" : "\\z", 1);
            case '*' or '+' or '?':
                throw new FormatException($"missing argument to repetition operator: {c}");
            case '\\':
                return Escape();
            default:
                return Literal(NextByte());
        }
    }

    private Piece Escape()
    {
        char next = _at + 1 < _text.Length ? _text[_at + 1] : throw new FormatException("trailing backslash at end of expression");
        switch (next)
        {
            case 'A':
                _at += 2;
                return new Piece("\\A", 1);
            case 'z':
                _at += 2;
                return new Piece("\\z", 1);
            case 'b' or 'B':
                _at += 2;
                return new Piece($"\\{next}", 1);
        }

        var classes = new Re2ClassParser(_text, _fold);
        return classes.TryNamedClass(ref _at) is { } set
            ? new Piece((_fold ? set.Fold() : set).ToPattern(), 1)
            : Literal(classes.EscapedByte(ref _at));
    }

    private Piece Group()
    {
        _at++;
        (bool fold, bool multiline, bool dotAll, bool swapGreed) = (_fold, _multiline, _dotAll, _swapGreed);
        string open;
        if (!AtEnd && _text[_at] == '?')
        {
            _at++;
            if (Name() is { } named)
            {
                open = named;
            }
            else if (!Flags())
            {
                // (?i) holds to the end of the enclosing group: nothing to restore, and no group of its own.
                return new Piece("", 1);
            }
            else
            {
                open = "(?:";
            }
        }
        else
        {
            open = $"(?<{(++GroupCount).ToString(CultureInfo.InvariantCulture)}>";
        }

        Piece inner = Alternation();
        if (AtEnd)
        {
            throw new FormatException("missing closing )");
        }

        _at++;
        (_fold, _multiline, _dotAll, _swapGreed) = (fold, multiline, dotAll, swapGreed);
        return new Piece($"{open}{inner.Pattern})", inner.Repeats);
    }

    private string? Name()
    {
        int skip = _text.AsSpan(_at).StartsWith("P<") ? 2 : _text.AsSpan(_at).StartsWith("<") ? 1 : 0;
        if (skip == 0)
        {
            return null;
        }

        int end = _text.IndexOf('>', _at);
        string name = end < 0 ? "" : _text[(_at + skip)..end];
        if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') || !_names.Add(name))
        {
            throw new FormatException($"invalid or repeated group name at (?{_text[_at..]}; look-behind does not exist in RE2");
        }

        _at = end + 1;
        return $"(?<{(++GroupCount).ToString(CultureInfo.InvariantCulture)}>";
    }

    /// <summary>Reads flags up to <c>:</c>, which gives true, or <c>)</c>, which gives false.</summary>
    private bool Flags()
    {
        int start = _at;
        bool on = true;
        bool any = false;
        while (!AtEnd)
        {
            char c = _text[_at++];
            switch (c)
            {
                case 'i':
                    _fold = on;
                    break;
                case 'm':
                    _multiline = on;
                    break;
                case 's':
                    _dotAll = on;
                    break;
                case 'U':
                    _swapGreed = on;
                    break;
                case '-' when on:
                    on = false;
                    any = false;
                    continue;
                case ':' when on || any:
                    return true;
                case ')' when any:
                    return false;
                default:
                    throw new FormatException($"invalid or unsupported Perl syntax: (?{_text[start.._at]}");
            }

            any = true;
        }

        throw new FormatException("missing closing )");
    }

    private Piece Literal(int value)
    {
        ByteSet set = new ByteSet().Add(value, value);
        return new Piece((_fold ? set.Fold() : set).ToPattern(), 1);
    }

    private int NextByte() => ByteText.ByteAt(_text, _at++);

    private readonly record struct Piece(string Pattern, int Repeats);
}
