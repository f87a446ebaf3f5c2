using System.Collections.Immutable;
using System.Globalization;
using Clovisor.Istio.Routing;

namespace Clovisor.ExplainTool.CommandLine;

/// <summary>The command line, checked; every complaint is made at once.</summary>
internal sealed record ExplainOptions
{
    public required string Config { get; init; }

    public string? Mesh { get; init; }

    public string? Table { get; init; }

    public bool Json { get; init; }

    public bool All { get; init; }

    public required IstioProxy Proxy { get; init; }

    public required RouteRequest Request { get; init; }

    /// <summary>Gets the host of the URL without its port.</summary>
    public required string Host { get; init; }

    /// <summary>Gets the port of the URL, or the default of its scheme.</summary>
    public required int Port { get; init; }

    public bool IsTls { get; init; }

    public static ExplainOptions Parse(IReadOnlyList<string> words)
    {
        var complaints = new List<string>();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var flags = new HashSet<string>(StringComparer.Ordinal);
        var headers = new List<RouteHeader>();
        var plain = new List<string>();
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            switch (word)
            {
                case "--json" or "--all":
                    flags.Add(word);
                    break;
                case "--config" or "--proxy" or "--labels" or "--mesh" or "--table" or "-H" or "--header" when i + 1 >= words.Count:
                    complaints.Add($"{word} needs a value");
                    break;
                case "-H" or "--header":
                    Header(words[++i], headers, complaints);
                    break;
                case "--config" or "--proxy" or "--labels" or "--mesh" or "--table":
                    values[word] = words[++i];
                    break;
                default:
                    if (word.StartsWith('-'))
                    {
                        complaints.Add($"{word} is not one of its options");
                    }
                    else if (!(plain.Count == 0 && i == 0 && word == "explain"))
                    {
                        plain.Add(word);
                    }

                    break;
            }
        }

        if (!values.TryGetValue("--config", out string? config))
        {
            complaints.Add("--config (a folder with Istio documents) is missing");
        }

        IstioProxy proxy = ProxyOf(values, complaints);
        Url? url = plain.Count is 1 or 2 ? Url.TryParse(plain[^1]) : null;
        if (url is null)
        {
            complaints.Add(plain.Count is 1 or 2 ? $"'{plain[^1]}' is not a URL such as http://httpbin/x" : "give one URL, with a method before it if it is not GET");
        }

        return complaints.Count > 0
            ? throw new UsageException($"{string.Join("; ", complaints)}. See RouteExplain --help")
            : new ExplainOptions
            {
                Config = config!,
                Mesh = values.GetValueOrDefault("--mesh"),
                Table = values.GetValueOrDefault("--table"),
                Json = flags.Contains("--json"),
                All = flags.Contains("--all"),
                Proxy = proxy,
                Host = url!.Host,
                Port = url.Port,
                IsTls = url.Scheme == "https",
                Request = new RouteRequest
                {
                    Method = plain.Count == 2 ? plain[0] : "GET",
                    Authority = url.Authority,
                    Path = url.Target,
                    Scheme = url.Scheme == "https" ? "https" : "",
                    Headers = headers.ToArray(),
                },
            };
    }

    private static void Header(string text, List<RouteHeader> headers, List<string> complaints)
    {
        // The name of a pseudo header starts with a colon.
        int colon = text.Length > 0 ? text.IndexOf(':', 1) : -1;
        if (colon < 0)
        {
            complaints.Add($"-H '{text}' is not of the form name:value");
        }
        else
        {
            headers.Add(new RouteHeader(text[..colon].Trim(), text[(colon + 1)..].Trim()));
        }
    }

    private static IstioProxy ProxyOf(Dictionary<string, string> values, List<string> complaints)
    {
        string[] parts = values.GetValueOrDefault("--proxy", "sidecar/default").Split('/');
        bool valid = parts is ["sidecar" or "gateway", { Length: > 0 }];
        if (!valid)
        {
            complaints.Add($"--proxy '{values["--proxy"]}' is not sidecar/NAMESPACE or gateway/NAMESPACE");
        }

        var labels = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (string label in values.GetValueOrDefault("--labels", "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = label.Split('=', 2);
            if (pair.Length == 2)
            {
                labels[pair[0]] = pair[1];
            }
            else
            {
                complaints.Add($"--labels '{label}' is not of the form name=value");
            }
        }

        return new IstioProxy { Kind = parts[0] == "gateway" ? ProxyKind.Gateway : ProxyKind.Sidecar, Namespace = valid ? parts[1] : "", Labels = labels.ToImmutable() };
    }

    /// <summary>A URL taken apart and nothing else: an ordinary parser would normalise it.</summary>
    private sealed record Url(string Scheme, string Authority, string Host, int Port, string Target)
    {
        public static Url? TryParse(string text)
        {
            int colon = text.IndexOf("://", StringComparison.Ordinal);
            string scheme = colon < 0 ? "http" : text[..colon].ToLowerInvariant();
            string rest = colon < 0 ? text : text[(colon + 3)..];
            int end = rest.IndexOfAny(['/', '?', '#']);
            string authority = end < 0 ? rest : rest[..end];
            string target = end < 0 ? "/" : rest[end] == '/' ? rest[end..] : "/" + rest[end..];
            int port = scheme == "https" ? 443 : 80;
            string host = authority;
            int mark = authority.LastIndexOf(':');
            if (mark > authority.LastIndexOf(']'))
            {
                host = authority[..mark];
                if (!int.TryParse(authority.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
                {
                    return null;
                }
            }

            return scheme is "http" or "https" && host.Length > 0 ? new Url(scheme, authority, host, port, target) : null;
        }
    }
}
