using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;

namespace Clovisor.EdgeHost.CommandLine;

/// <summary>The options a role was started with, checked against those it knows; every complaint is made at once.</summary>
internal sealed class Arguments
{
    // A word that begins with @ is a word: nothing is read from files behind the caller's back.
    private static readonly ParserConfiguration Configuration = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    private readonly Dictionary<string, List<string>> _values = [];
    private readonly IReadOnlyList<Option> _options;

    private Arguments(string role, IReadOnlyList<Option> options)
    {
        Role = role;
        _options = options;
    }

    public string Role { get; }

    /// <summary>What was given besides options.</summary>
    public IReadOnlyList<string> Operands { get; private init; } = [];

    public static Arguments Parse(string role, IReadOnlyList<Option> options, IReadOnlyList<string> words, string? operands = null)
    {
        ParseResult result = CommandTree.Of(role.Split(' ')[^1], options, operands).Parse(words, Configuration);

        // A misspelt option is an operand to System.CommandLine; a file of such a name can be given with a folder before it.
        string[] rest = operands is not null && result.GetResult(operands) is ArgumentResult given ? [.. given.Tokens.Select(token => token.Value)] : [];
        var parsed = new Arguments(role, options) { Operands = [.. rest.Where(word => !word.StartsWith('-'))] };
        List<string> complaints = [.. Unknown([.. result.UnmatchedTokens, .. rest.Where(word => word.StartsWith('-'))], options)];
        foreach (Option option in options)
        {
            if (result.GetResult(option.Name) is not OptionResult { Implicit: false } found)
            {
                continue;
            }

            string[] values = option.IsSwitch ? ["yes"] : [.. found.Tokens.Select(token => token.Value)];
            complaints.AddRange(Complaints(option, values, found.IdentifierTokenCount));
            parsed._values[option.Name] = [.. values];
        }

        complaints.AddRange(options.Where(o => o.Required && !parsed._values.ContainsKey(o.Name)).Select(o => $"{o.Name} ({o.Help}) is missing"));
        if (operands is not null && rest.Length == 0)
        {
            complaints.Add($"{operands} is missing");
        }

        return complaints.Count == 0 ? parsed : throw EdgeHostException.Usage(role, string.Join("; ", complaints), HelpHint(role));
    }

    public bool Has(string name) => _values.ContainsKey(name);

    public string? Find(string name) => All(name) is [string value, ..] ? value : null;

    public string Get(string name) => Find(name) ?? throw new InvalidOperationException($"{name} has neither value nor default");

    public IReadOnlyList<string> All(string name)
    {
        Option option = _options.First(o => o.Name == name);
        return _values.TryGetValue(name, out List<string>? given) ? given : option.Default is { } value ? [value] : [];
    }

    public IPEndPoint EndPoint(string name) => EndPoint(name, Get(name));

    public IPEndPoint EndPoint(string name, string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? endPoint) && endPoint.Port > 0
            ? endPoint
            : throw Bad(name, text, "an address with a port, such as 10.96.1.1:80 or [fd00::1]:80");

    /// <summary>A length of time: <c>250ms</c>, <c>2s</c>.</summary>
    public TimeSpan Duration(string name)
    {
        string text = Get(name);
        (string digits, double scale) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 1.0),
            _ when text.EndsWith('s') => (text[..^1], 1000.0),
            _ => ("", 0),
        };
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            ? TimeSpan.FromMilliseconds(number * scale)
            : throw Bad(name, text, "a time such as 250ms or 2s");
    }

    /// <summary>A number of bytes: <c>10M</c> is ten million.</summary>
    public long Bytes(string name)
    {
        string text = Get(name);
        (string digits, long scale) = text switch
        {
            _ when text.EndsWith('M') => (text[..^1], 1_000_000L),
            _ when text.EndsWith('k') => (text[..^1], 1_000L),
            _ => (text, 1L),
        };
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= long.MaxValue / scale
            ? number * scale
            : throw Bad(name, text, "a number of bytes such as 65536, 64k or 10M");
    }

    public int Count(string name)
    {
        string text = Get(name);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw Bad(name, text, "a whole number");
    }

    public EdgeHostException Bad(string name, string value, string wanted) =>
        EdgeHostException.Usage(Role, $"{name} '{value}' is not {wanted}", HelpHint(Role));

    private static IEnumerable<string> Unknown(IReadOnlyList<string> words, IReadOnlyList<Option> options)
    {
        for (int i = 0; i < words.Count; i++)
        {
            string name = words[i].Split('=')[0];
            yield return $"'{name}' is not one of its options.{Nearest.Hint(name, options.Select(o => o.Name))}";

            // Its value, if any, would only be a second complaint about the same slip.
            i += name == words[i] && name.StartsWith("--", StringComparison.Ordinal) && i + 1 < words.Count && !words[i + 1].StartsWith("--", StringComparison.Ordinal) ? 1 : 0;
        }
    }

    private static IEnumerable<string> Complaints(Option option, string[] values, int times)
    {
        if (values.Length < times)
        {
            yield return $"{option.Name} needs a value ({option.Value})";
        }

        if (times > 1 && values.Length > 1 && !option.Repeatable)
        {
            yield return $"{option.Name} is given twice ('{values[0]}' and '{values[1]}')";
        }

        foreach (string value in values.Where(value => option.Choices.Count > 0 && !option.Choices.Contains(value)))
        {
            yield return $"{option.Name} '{value}' is not one of {option.Value}.{Nearest.Hint(value, option.Choices)}";
        }
    }

    private static string HelpHint(string role) => $"See 'EdgeHost {role} --help'";
}
