namespace Clovisor.Istio.Validation;

/// <summary>
/// Checks the form of a header's value with Envoy's commands: <c>%NAME%</c>, <c>%NAME(argument)%</c>, <c>%NAME(["a", "b"])%</c>; <c>%%</c> is
/// the character. Istio takes nothing between the closing parenthesis and the closing percent sign but spaces, so that Envoy's <c>:length</c> cannot be written.
/// </summary>
internal static class HeaderFormatRules
{
    public static string? WhyNot(string value)
    {
        int at = 0;
        while (at < value.Length)
        {
            if (value[at++] != '%')
            {
                continue;
            }

            if (at == value.Length)
            {
                return "has a % at its end; write %% for the character";
            }

            if (value[at] == '%')
            {
                at++;
            }
            else if (Command(value, ref at) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    private static string? Command(string value, ref int at)
    {
        // The first character belongs to the name whatever it is.
        while (at < value.Length && value[at] is not ('%' or '('))
        {
            at++;
        }

        if (at < value.Length && value[at] == '(')
        {
            at++;
            if (Arguments(value, ref at) is { } wrong)
            {
                return wrong;
            }

            Spaces(value, ref at);
        }

        if (at >= value.Length)
        {
            return "has a % that is not closed; write %% for the character, or %NAME% for a value of Envoy's";
        }

        if (value[at] != '%')
        {
            return $"has \"{value[at]}\" where a command of Envoy's must end with %; a length cannot be given here";
        }

        at++;
        return null;
    }

    // A state machine as Istio's: a plain argument and a quoted one are read alike, and a quote in a plain argument starts a list.
    private static string? Arguments(string value, ref int at)
    {
        State state = State.Start;
        while (at < value.Length)
        {
            char c = value[at++];
            switch (state)
            {
                case State.Start when c == '[':
                    state = State.Item;
                    break;
                case State.Start when c != ' ':
                    state = State.Text;
                    break;
                case State.Text when c == '\\' && at == value.Length:
                    return "ends with a backslash inside the arguments of a command";
                case State.Text when c == '\\':
                    at++;
                    break;
                case State.Text when c == ')':
                case State.Closed when c == ')':
                    return null;
                case State.Text when c == '"':
                    state = State.AfterItem;
                    break;
                case State.Item when c == '"':
                    state = State.Text;
                    break;
                case State.AfterItem when c == ',':
                    state = State.Item;
                    break;
                case State.AfterItem when c == ']':
                    state = State.Closed;
                    break;
                case State.Item or State.AfterItem or State.Closed when c != ' ':
                    return $"has \"{c}\" in a list of arguments where a quote, a comma, or a closing bracket or parenthesis must be";
            }
        }

        return null;
    }

    private static void Spaces(string value, ref int at)
    {
        while (at < value.Length && value[at] == ' ')
        {
            at++;
        }
    }

    private enum State
    {
        Start,
        Text,
        Item,
        AfterItem,
        Closed,
    }
}
