using System.Globalization;
using System.Text;
using Clovisor.Istio.Matching;

namespace Clovisor.Istio.Routing;

/// <summary>
/// Expands Envoy's <c>%COMMAND%</c> in header values, as far as a request's head and its route tell: <c>REQ(name?other)</c>,
/// <c>PATH</c>, <c>QUERY_PARAM(name)</c>, <c>PROTOCOL</c>, <c>ROUTE_NAME</c> and <c>UPSTREAM_CLUSTER</c>. What has no value expands to
/// nothing. What only a running proxy knows, such as addresses, stays as it is written.
/// </summary>
internal readonly ref struct HeaderFormatter(in RouteRequest request, List<RouteHeader> headers, string target, string authority, string routeName, string cluster)
{
    private readonly string _method = request.Method;
    private readonly string _scheme = RequestTarget.SchemeOf(request).ToString();
    private readonly List<RouteHeader> _headers = headers;
    private readonly string _target = target;
    private readonly string _authority = authority;
    private readonly string _routeName = routeName;
    private readonly string _cluster = cluster;

    public string Expand(string format)
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

            text.Append(end == at + 1 ? "%" : Command(format[(at + 1)..end]) ?? format[at..(end + 1)]);
            at = end + 1;
        }

        return text.ToString();
    }

    private string? Command(string command)
    {
        int open = command.IndexOf('(', StringComparison.Ordinal);
        int close = command.LastIndexOf(')');
        string name = open < 0 ? command : command[..open];
        string argument = open < 0 || close < open ? "" : command[(open + 1)..close];
        return name switch
        {
            "PROTOCOL" => "HTTP/1.1",
            "ROUTE_NAME" => _routeName,
            "UPSTREAM_CLUSTER" => _cluster,
            "PATH" => argument.StartsWith("NQ", StringComparison.Ordinal) ? RequestTarget.PathOf(_target).ToString() : _target,
            "QUERY_PARAM" => Parameter(argument),
            "REQ" => Requested(argument),
            _ => null,
        };
    }

    // The second name counts where the request has no header of the first.
    private string Requested(string names)
    {
        string? value = null;
        foreach (string name in names.Split('?'))
        {
            value ??= ValueOf(name.ToLowerInvariant());
        }

        return value ?? "";
    }

    private string? ValueOf(string name) => name switch
    {
        ":method" => _method,
        ":authority" or "host" => _authority,
        ":scheme" => _scheme,
        ":path" => _target,
        _ => Header(name),
    };

    private string? Header(string name)
    {
        string[] values = [.. _headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static h => h.Value)];
        return values.Length == 0 ? null : JoinedHeaders.Contains(name) ? string.Join(',', values.Where(static v => v.Length > 0)) : values[0];
    }

    private string Parameter(string name)
    {
        int question = _target.IndexOf('?', StringComparison.Ordinal);
        foreach (string pair in question < 0 ? [] : _target[(question + 1)..].Split('&'))
        {
            string[] parts = pair.Split('=', 2);
            if (parts[0] == name)
            {
                return parts.Length > 1 ? Decoded(parts[1]) : "";
            }
        }

        return "";
    }

    // Byte by byte; a sign that two hexadecimal digits do not follow stays. Blanks at the end are no part of a header's value.
    private static string Decoded(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var decoded = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                decoded.Append((char)value);
                i += 2;
            }
            else
            {
                decoded.Append(text[i]);
            }
        }

        return decoded.ToString().Trim(' ', '\t');
    }
}
