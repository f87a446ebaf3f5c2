using System.Text;

namespace Clovisor.Istio.Re2;

/// <summary>
/// Parses RE2 syntax. Flags are resolved on the way: what comes out says for itself which bytes and places it means.
/// </summary>
internal sealed partial class Re2Parser
{
    // RE2 and Go refuse more repetitions than this, also as the product of nested ones.
    private const int MaximumRepeat = 1000;
    private const int MaximumDepth = 250;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    // A character is a byte of the expression in UTF-8.
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

    /// <summary>Parses an expression and counts its groups.</summary>
    /// <exception cref="FormatException">RE2 would refuse the expression; never leaves this namespace.</exception>
    public static (Re2Node Expression, int Groups) Parse(string text)
    {
        var parser = new Re2Parser(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)));
        Piece whole = parser.Alternation();
        return parser.AtEnd ? (whole.Node, parser.GroupCount) : throw new FormatException("unexpected )");
    }

    private Piece Alternation()
    {
        if (++_depth > MaximumDepth)
        {
            throw new FormatException("nested too deeply");
        }

        var branches = new List<Re2Node>();
        int repeats = 1;
        while (true)
        {
            Piece branch = Concatenation();
            repeats = Math.Max(repeats, branch.Repeats);
            branches.Add(branch.Node);
            if (AtEnd || _text[_at] != '|')
            {
                _depth--;
                return new Piece(branches.Count == 1 ? branches[0] : new Re2Choice(branches), repeats);
            }

            _at++;
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

            if (Atom() is { } piece)
            {
                pieces.Add(Repeated(piece));
            }
            else if (pieces.Count > 0)
            {
                // Flags alone are nothing that could be repeated: an operator behind them is for what is before them.
                pieces[^1] = Repeated(pieces[^1]);
            }
        }

        Re2Node node = pieces.Count == 1 ? pieces[0].Node : new Re2Sequence([.. pieces.Select(static p => p.Node)]);
        return new Piece(node, pieces.Select(static p => p.Repeats).DefaultIfEmpty(1).Max());
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

    // Nothing where there are flags alone.
    private Piece? Atom()
    {
        char c = _text[_at];
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                return Byte(new Re2ClassParser(_text, _fold).Parse(ref _at));
            case '.':
                _at++;
                return Byte(_dotAll ? ByteSet.All : ByteSet.AllButNewline);
            case '^':
                _at++;
                return At(_multiline ? Re2Place.LineStart : Re2Place.TextStart);
            case '$':
                _at++;
                return At(_multiline ? Re2Place.LineEnd : Re2Place.TextEnd);
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
                return At(Re2Place.TextStart);
            case 'z':
                _at += 2;
                return At(Re2Place.TextEnd);
            case 'b' or 'B':
                _at += 2;
                return At(next == 'b' ? Re2Place.WordBoundary : Re2Place.NoWordBoundary);
        }

        var classes = new Re2ClassParser(_text, _fold);
        return classes.TryNamedClass(ref _at) is { } set
            ? Byte(set)
            : Literal(classes.EscapedByte(ref _at));
    }

    private Piece Literal(int value)
    {
        ByteSet set = new ByteSet().Add(value, value);
        return Byte(_fold ? set.Fold() : set);
    }

    private static Piece Byte(ByteSet set) => new(new Re2Byte(set), 1);

    private static Piece At(Re2Place place) => new(new Re2Assertion(place), 1);

    private int NextByte() => _text[_at++];

    private readonly record struct Piece(Re2Node Node, int Repeats);
}
