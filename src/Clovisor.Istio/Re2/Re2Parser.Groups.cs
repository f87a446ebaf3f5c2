namespace Clovisor.Istio.Re2;

// Groups, names and flags.
internal sealed partial class Re2Parser
{
    private Piece? Group()
    {
        _at++;
        (bool fold, bool multiline, bool dotAll, bool swapGreed) = (_fold, _multiline, _dotAll, _swapGreed);
        int number = 0;
        if (!AtEnd && _text[_at] == '?')
        {
            _at++;
            if (Name())
            {
                number = ++GroupCount;
            }
            else if (!Flags())
            {
                // (?i) holds to the end of the enclosing group: nothing to restore, and no group of its own.
                return null;
            }
        }
        else
        {
            number = ++GroupCount;
        }

        Piece inner = Alternation();
        if (AtEnd)
        {
            throw new FormatException("missing closing )");
        }

        _at++;
        (_fold, _multiline, _dotAll, _swapGreed) = (fold, multiline, dotAll, swapGreed);
        return number == 0 ? inner : inner with { Node = new Re2Group(inner.Node, number) };
    }

    private bool Name()
    {
        int skip = _text.AsSpan(_at).StartsWith("P<") ? 2 : _text.AsSpan(_at).StartsWith("<") ? 1 : 0;
        if (skip == 0)
        {
            return false;
        }

        int end = _text.IndexOf('>', _at);
        string name = end < 0 ? "" : _text[(_at + skip)..end];
        if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_') || !_names.Add(name))
        {
            throw new FormatException($"invalid or repeated group name at (?{_text[_at..]}; look-behind does not exist in RE2");
        }

        _at = end + 1;
        return true;
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
}
