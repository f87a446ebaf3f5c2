using System.Globalization;
using System.Text;

namespace Clovisor.Istio.Routing;

/// <summary>
/// Expands Envoy's <c>%COMMAND%</c> in header values, as far as a request's head tells: <c>%REQ(name?other):length%</c> and
/// <c>%PROTOCOL%</c>. What only a running proxy knows, such as addresses, stays as it is written.
/// </summary>
internal static class HeaderFormatter
{
    public static string Expand(string format, in RouteRequest request)
    {
        if (!format.Contains('%', StringComparison.Ordinal))
        {
            return format;
        }

        var text = new StringBuilder();
        int at = 0;
        while (at < format.Length)
        {
            int end = format[at] == '%' ? format.IndexOf('%', at + 1) : -1;
            if (end < 0)
            {
                text.Append(format[at++]);
                continue;
            }

            text.Append(end == at + 1 ? "%" : Command(format[(at + 1)..end], request) ?? format[at..(end + 1)]);
            at = end + 1;
        }

        return text.ToString();
    }

    private static string? Command(string command, in RouteRequest request)
    {
        if (command == "PROTOCOL")
        {
            return "HTTP/1.1";
        }

        int close = command.IndexOf(')', StringComparison.Ordinal);
        if (!command.StartsWith("REQ(", StringComparison.Ordinal) || close < 0)
        {
            return null;
        }

        string[] names = command[4..close].Split('?');
        string value = names.Select(ValueIn(request)).FirstOrDefault(static v => v is not null) ?? "-";
        return command.Length > close + 2 && int.TryParse(command.AsSpan(close + 2), NumberStyles.None, CultureInfo.InvariantCulture, out int length) && value.Length > length
            ? value[..length]
            : value;
    }

    private static Func<string, string?> ValueIn(RouteRequest request) => name => name.ToLowerInvariant() switch
    {
        ":method" => request.Method,
        ":authority" or "host" => request.Authority,
        ":scheme" => RequestTarget.SchemeOf(request).ToString(),
        ":path" => request.Path,
        _ => Header(request, name),
    };

    private static string? Header(in RouteRequest request, string name)
    {
        foreach (RouteHeader header in request.Headers.Span)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }
}
