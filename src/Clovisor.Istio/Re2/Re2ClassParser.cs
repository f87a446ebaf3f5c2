using System.Globalization;

namespace Clovisor.Istio.Re2;

/// <summary>Parses what stands for one character: bracketed classes, named classes and escapes.</summary>
internal readonly ref struct Re2ClassParser(string text, bool fold)
{
    private readonly string _text = text;
    private readonly bool _fold = fold;

    /// <summary>Parses from <c>[</c> to <c>]</c>.</summary>
    public ByteSet Parse(ref int at)
    {
        int start = at++;
        bool negated = at < _text.Length && _text[at] == '^';
        if (negated)
        {
            at++;
        }

        var set = new ByteSet();
        bool first = true;
        while (true)
        {
            if (at >= _text.Length)
            {
                throw new FormatException($"missing closing ]: {_text[start..]}");
            }

            if (_text[at] == ']' && !first)
            {
                at++;
                break;
            }

            first = false;
            if ((TryPosix(ref at) ?? TryNamedClass(ref at)) is { } named)
            {
                set.Add(named);
                continue;
            }

            int low = ClassByte(ref at);
            int high = low;
            if (at + 1 < _text.Length && _text[at] == '-' && _text[at + 1] != ']')
            {
                int dash = at++;
                high = ClassByte(ref at);
                if (high < low)
                {
                    throw new FormatException($"invalid character class range: {_text[(dash - 1)..at]}");
                }
            }

            set.Add(Folded(new ByteSet().Add(low, high)));
        }

        return negated ? set.Negate() : set;
    }

    /// <summary>Parses <c>\d</c>, <c>\pL</c> and their like, or nothing.</summary>
    public ByteSet? TryNamedClass(ref int at)
    {
        if (at + 1 >= _text.Length || _text[at] != '\\')
        {
            return null;
        }

        char letter = _text[at + 1];
        if (NamedClasses.Perl(letter) is { } perl)
        {
            at += 2;
            return perl;
        }

        if (letter is not ('p' or 'P'))
        {
            return null;
        }

        int start = at;
        at += 2;
        string name;
        if (at < _text.Length && _text[at] == '{')
        {
            int end = _text.IndexOf('}', at);
            name = end < 0 ? throw new FormatException($"invalid character class range: {_text[start..]}") : _text[(at + 1)..end];
            at = end + 1;
        }
        else
        {
            name = at < _text.Length ? _text[at++].ToString() : "";
        }

        bool negated = letter == 'P';
        if (name.StartsWith('^'))
        {
            negated = !negated;
            name = name[1..];
        }

        ByteSet set = NamedClasses.Unicode(name) ?? throw new FormatException($"unknown Unicode class: {_text[start..at]}");
        return Negated(set, negated);
    }

    // Without regard to case, what is not in a class is what no case of is in it.
    private ByteSet Negated(ByteSet set, bool negated)
    {
        ByteSet folded = Folded(set);
        return negated ? folded.Negate() : folded;
    }

    private ByteSet Folded(ByteSet set) => _fold ? set.Fold() : set;

    /// <summary>Parses an escape that stands for one byte.</summary>
    public int EscapedByte(ref int at)
    {
        int start = at++;
        char c = at < _text.Length ? _text[at++] : throw new FormatException("trailing backslash at end of expression");
        switch (c)
        {
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case 'x':
                return Hexadecimal(start, ref at);
            case >= '0' and <= '7' when c == '0' || (at < _text.Length && _text[at] is >= '0' and <= '7'):
                return Octal(c, ref at);
            case < (char)0x80 when !char.IsAsciiLetterOrDigit(c):
                return c;
            default:
                throw new FormatException($"invalid escape sequence: {_text[start..at]}");
        }
    }

    private int Hexadecimal(int start, ref int at)
    {
        bool braces = at < _text.Length && _text[at] == '{';
        int end = braces ? _text.IndexOf('}', at) : at + 2;
        if (end >= 0 && end <= _text.Length)
        {
            ReadOnlySpan<char> digits = _text.AsSpan()[(braces ? at + 1 : at)..end];
            if (digits.Length is > 0 and <= 8 && int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) && value is >= 0 and <= 0xFF)
            {
                at = braces ? end + 1 : end;
                return value;
            }
        }

        throw new FormatException($"invalid escape sequence: {_text[start..Math.Min(_text.Length, start + 4)]}");
    }

    private int Octal(char first, ref int at)
    {
        int value = first - '0';
        for (int i = 0; i < 2 && at < _text.Length && _text[at] is >= '0' and <= '7'; i++)
        {
            value = (value * 8) + _text[at++] - '0';
        }

        return value <= 0xFF ? value : throw new FormatException("an octal escape beyond \\377");
    }

    private int ClassByte(ref int at)
    {
        if (at >= _text.Length)
        {
            throw new FormatException("missing closing ]");
        }

        if (_text[at] == '\\')
        {
            return EscapedByte(ref at);
        }

        return _text[at++];
    }

    private ByteSet? TryPosix(ref int at)
    {
        if (!_text.AsSpan(at).StartsWith("[:"))
        {
            return null;
        }

        int end = _text.IndexOf(":]", at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        ReadOnlySpan<char> name = _text.AsSpan()[(at + 2)..end];
        bool negated = name.StartsWith("^");
        ByteSet set = NamedClasses.Posix(negated ? name[1..] : name) ?? throw new FormatException($"invalid character class range: {_text[at..(end + 2)]}");
        at = end + 2;
        return Negated(set, negated);
    }
}
