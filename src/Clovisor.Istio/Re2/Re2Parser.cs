using System.Text;

namespace Clovisor.Istio.Re2;

/// <summary>
/// Parses RE2 syntax and writes the same expression for .NET. Every construct is written out in terms whose meaning both
/// share: classes as byte ranges, groups with explicit numbers, anchors without regard to options.
/// </summary>
internal sealed partial class Re2Parser
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
        var pieces = new List<Piece>();
        while (!AtEnd && _text[_at] is not ('|' or ')'))
        {
            if (_text.AsSpan(_at).StartsWith("\\Q"))
            {
                Quoted(pieces);
                continue;
            }

            Piece piece = Atom();
            if (piece.Pattern.Length > 0)
            {
                pieces.Add(Repeated(piece));
            }
            else if (pieces.Count > 0)
            {
                // Flags alone are nothing that could be repeated: an operator behind them is for what is before them.
                pieces[^1] = Repeated(pieces[^1]);
            }
        }

        return new Piece(string.Concat(pieces.Select(static p => p.Pattern)), pieces.Select(static p => p.Repeats).DefaultIfEmpty(1).Max());
    }

    private void Quoted(List<Piece> pieces)
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

            pieces.Add(atom);
            if (last)
            {
                return;
            }
        }

        _at = Math.Min(_text.Length, _at + 2);
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
            case '{' when Braces() is not null:
                throw new FormatException($"missing argument to repetition operator at {_text}");
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
            ? new Piece(set.ToPattern(), 1)
            : Literal(classes.EscapedByte(ref _at));
    }

    private Piece Literal(int value)
    {
        ByteSet set = new ByteSet().Add(value, value);
        return new Piece((_fold ? set.Fold() : set).ToPattern(), 1);
    }

    private int NextByte() => ByteText.ByteAt(_text, _at++);

    private readonly record struct Piece(string Pattern, int Repeats);
}
