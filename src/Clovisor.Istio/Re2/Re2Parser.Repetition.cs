namespace Clovisor.Istio.Re2;

// Repetition operators.
internal sealed partial class Re2Parser
{
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

            int count = Math.Max(b.minimum, b.maximum);
            int repeats = count > 1 ? count * atom.Repeats : atom.Repeats;
            if (repeats > MaximumRepeat)
            {
                throw new FormatException($"repeats more than {MaximumRepeat} times");
            }

            atom = new Piece(new Re2Repeat(atom.Node, b.minimum, b.maximum, lazy != _swapGreed), repeats);
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
}
