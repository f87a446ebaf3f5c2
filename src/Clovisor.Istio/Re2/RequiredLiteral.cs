using System.Text;

namespace Clovisor.Istio.Re2;

/// <summary>
/// Finds text that whatever an expression matches must have: a beginning, and the longest run of plain characters anywhere. Comparing it is tens of times cheaper than running the
/// expression, and most expressions of a long list fail at it. Where nothing is sure there is none: an alternative could do without, and ignored case could differ.
/// </summary>
internal readonly record struct RequiredLiteral(string Prefix, string Inner)
{
    private const string Plain = "/-_ ,:;=%~@&!#'\"<>";

    // A single character is in most inputs, and says nothing.
    private const int ShortestInner = 2;

    public static RequiredLiteral Of(string expression) =>
        expression.Contains('|', StringComparison.Ordinal) || expression.Contains("\\Q", StringComparison.Ordinal) || IgnoresCase(expression)
            ? new RequiredLiteral("", "")
            : new Scan(expression).Run();

    public bool MayMatch(ReadOnlySpan<char> input) =>
        input.StartsWith(Prefix) && (Inner.Length == 0 || input[Prefix.Length..].IndexOf(Inner) >= 0);

    // A name of a group is no flag; an i in one costs the short cut, and nothing else.
    private static bool IgnoresCase(string expression)
    {
        for (int at = expression.IndexOf("(?", StringComparison.Ordinal); at >= 0; at = expression.IndexOf("(?", at + 1, StringComparison.Ordinal))
        {
            for (int i = at + 2; i < expression.Length && expression[i] is not (':' or ')' or '<'); i++)
            {
                if (expression[i] == 'i')
                {
                    return true;
                }
            }
        }

        return false;
    }

    private ref struct Scan(string expression)
    {
        private readonly StringBuilder _run = new();
        private string _best = "";
        private string? _prefix;
        private int _at;
        private int _depth;

        public RequiredLiteral Run()
        {
            _at = expression.StartsWith('^') ? 1 : 0;
            while (_at < expression.Length && Step())
            {
            }

            End();
            return new RequiredLiteral(_prefix ?? "", _best.Length >= ShortestInner ? _best : "");
        }

        // False where it is not worth knowing how far the next item reaches.
        private bool Step()
        {
            char c = expression[_at];
            switch (c)
            {
                case '(':
                    End();
                    _depth++;
                    _at++;
                    return true;
                case ')':
                    _depth--;
                    _at++;
                    return true;
                case '[':
                    End();
                    return SkipClass();
                case '{':
                    End();
                    SkipCount();
                    return true;
                case '\\' when _at + 1 < expression.Length && expression[_at + 1] < 0x80 && !char.IsAsciiLetterOrDigit(expression[_at + 1]):
                    Take(expression[_at + 1], 2);
                    return true;
                case '\\':
                    End();
                    bool oneLetter = _at + 1 < expression.Length && "dDwWsSbBAz".Contains(expression[_at + 1], StringComparison.Ordinal);
                    _at += 2;
                    return oneLetter;
                case var plain when char.IsAsciiLetterOrDigit(plain) || Plain.Contains(plain, StringComparison.Ordinal):
                    Take(plain, 1);
                    return true;
                default:
                    End();
                    _at++;
                    return true;
            }
        }

        private void Take(char c, int length)
        {
            _at += length;
            char next = _at < expression.Length ? expression[_at] : '\0';
            if (_depth > 0 || next is '*' or '?' or '{')
            {
                End();
                return;
            }

            _run.Append(c);
            if (next == '+')
            {
                End();
            }
        }

        // The first run is the beginning, if it begins there; the longest of the others is the inner one.
        private void End()
        {
            if (_prefix is null)
            {
                _prefix = _run.ToString();
            }
            else if (_run.Length > _best.Length)
            {
                _best = _run.ToString();
            }

            _run.Clear();
        }

        private bool SkipClass()
        {
            _at++;
            if (_at < expression.Length && expression[_at] == '^')
            {
                _at++;
            }

            for (bool first = true; _at < expression.Length; first = false)
            {
                if (expression[_at] == ']' && !first)
                {
                    _at++;
                    return true;
                }

                if (expression.AsSpan(_at).StartsWith("[:"))
                {
                    int end = expression.IndexOf(":]", _at, StringComparison.Ordinal);
                    _at = end < 0 ? _at + 1 : end + 2;
                    continue;
                }

                _at += expression[_at] == '\\' ? 2 : 1;
            }

            return false;
        }

        private void SkipCount()
        {
            int end = _at + 1;
            while (end < expression.Length && (char.IsAsciiDigit(expression[end]) || expression[end] == ','))
            {
                end++;
            }

            _at = end < expression.Length && expression[end] == '}' ? end + 1 : _at + 1;
        }
    }
}
