using System.Globalization;
using System.Net;

namespace Clovisor.EdgeHost.CommandLine;

/// <summary>The options a role was started with, checked against those it knows; every complaint is made at once.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, List<string>> _values = [];
    private readonly IReadOnlyList<Option> _options;

    private Arguments(string role, IReadOnlyList<Option> options)
    {
        Role = role;
        _options = options;
    }

    public string Role { get; }

    public static Arguments Parse(string role, IReadOnlyList<Option> options, IReadOnlyList<string> words)
    {
        var parsed = new Arguments(role, options);
        var complaints = new List<string>();
        for (int i = 0; i < words.Count; i++)
        {
            string name = words[i];
            int equals = name.IndexOf('=', StringComparison.Ordinal);
            string? value = equals > 0 ? name[(equals + 1)..] : null;
            name = equals > 0 ? name[..equals] : name;
            Option? option = options.FirstOrDefault(o => o.Name == name);
            if (option is null)
            {
                complaints.Add($"'{name}' is not one of its options.{Nearest.Hint(name, options.Select(o => o.Name))}");

                // Its value, if any, would only be a second complaint about the same slip.
                i += value is null && i + 1 < words.Count && !words[i + 1].StartsWith("--", StringComparison.Ordinal) ? 1 : 0;
                continue;
            }

            value ??= i + 1 < words.Count ? words[++i] : null;
            if (value is null)
            {
                complaints.Add($"{name} needs a value ({option.Value})");
            }
            else if (parsed._values.TryGetValue(name, out List<string>? given) && !option.Repeatable)
            {
                complaints.Add($"{name} is given twice ('{given[0]}' and '{value}')");
            }
            else
            {
                (parsed._values.TryGetValue(name, out given) ? given : parsed._values[name] = []).Add(value);
                if (IsChoice(option) && !option.Value.Split('|').Contains(value))
                {
                    complaints.Add($"{name} '{value}' is not one of {option.Value}.{Nearest.Hint(value, option.Value.Split('|'))}");
                }
            }
        }

        complaints.AddRange(options.Where(o => o.Required && !parsed._values.ContainsKey(o.Name)).Select(o => $"{o.Name} ({o.Help}) is missing"));
        return complaints.Count == 0 ? parsed : throw EdgeHostException.Usage(role, string.Join("; ", complaints), HelpHint(role));
    }

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

    private static bool IsChoice(Option option) => option.Value.Contains('|', StringComparison.Ordinal);

    private static string HelpHint(string role) => $"See 'EdgeHost {role} --help'";
}
