using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Clovisor.Hosting.SessionApi;
using Clovisor.Wan.Datapath;

namespace Clovisor.Hosting.Sessions;

/// <summary>Turns a report into a session, or says everything that is wrong with it.</summary>
internal static class ReportValidation
{
    // RFC 9112 asks recipients to take request lines of at least 8,000 octets; a head beyond this is no head of a real proxy.
    private const int LongestField = 65_536;

    /// <summary>Why a report has one of the two.</summary>
    internal const string SniAndHead = "Beside a request head. Report the head alone where the proxy saw it; the server name alone where it handed TLS on.";

    private static readonly SearchValues<char> ServerNameLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");

    /// <summary>Checks the five values that name the session.</summary>
    /// <returns>The session, or null when <paramref name="errors"/> got at least one entry.</returns>
    internal static SessionTuple? Tuple(SessionReport report, List<ApiError> errors)
    {
        ProtocolType? protocol = Protocol(report.Protocol, errors);
        IPEndPoint? source = EndPoint("source", report.Source, errors);
        IPEndPoint? destination = EndPoint("destination", report.Destination, errors);
        if (source is not null && destination is not null)
        {
            if (source.AddressFamily != destination.AddressFamily)
            {
                errors.Add(new ApiError("destination", $"{source} and {destination} are of different address families; no packet has both."));
            }
            else if (source.Equals(destination))
            {
                errors.Add(new ApiError("destination", $"Source and destination are both {source}; such a session never leaves the node."));
            }
        }

        return errors.Count == 0 ? new SessionTuple(protocol!.Value, source!, destination!) : null;
    }

    /// <summary>Checks what classifies it: the request head, or the server name of a connection whose head nobody saw.</summary>
    internal static void Content(SessionReport report, List<ApiError> errors)
    {
        if (report.Sni is not { } name)
        {
            Head(report, errors);
            return;
        }

        if (WhyNoServerName(name) is { } reason)
        {
            errors.Add(new ApiError("sni", reason));
        }

        if (report is not { Method: null, Scheme: null, Authority: null, Path: null, Headers: null, ListenerPort: null })
        {
            errors.Add(new ApiError("sni", SniAndHead));
        }
    }

    /// <summary>Says why a text is no server name; null when it is one.</summary>
    internal static string? WhyNoServerName(string name) =>
        name.Length is 0 or > 255 || name.AsSpan().ContainsAnyExcept(ServerNameLetters)
            ? $"'{Shorten(name)}' is no server name: 1 to 255 letters, digits, '.', '-' and '_', as in outbound_.80_.v1_.httpbin.app.svc.cluster.local."
            : null;

    /// <summary>Checks the request head.</summary>
    internal static void Head(SessionReport report, List<ApiError> errors)
    {
        Text("method", report.Method, errors);
        Text("authority", report.Authority, errors);
        Text("path", report.Path, errors);
        if (report.Path is { Length: > 0 } path && path[0] != '/' && path != "*" && report.Method != "CONNECT")
        {
            errors.Add(new ApiError("path", $"'{Shorten(path)}' does not begin with '/'. Report the request target's path and query as the proxy sent them."));
        }

        if (report.Scheme is not (null or "http" or "https"))
        {
            errors.Add(new ApiError("scheme", $"'{Shorten(report.Scheme)}' is not 'http' or 'https'."));
        }

        if (report.ListenerPort is < 1 or > 65_535)
        {
            errors.Add(new ApiError("listenerPort", $"{report.ListenerPort} is not a port from 1 to 65535."));
        }

        foreach (ReportHeader header in report.Headers ?? [])
        {
            if (header.Name.Length == 0)
            {
                errors.Add(new ApiError("headers", "A header without a name cannot have been sent."));
            }
        }
    }

    private static ProtocolType? Protocol(string? text, List<ApiError> errors)
    {
        switch (text)
        {
            case "tcp":
                return ProtocolType.Tcp;
            case "udp":
                return ProtocolType.Udp;
            default:
                errors.Add(new ApiError("protocol", text is null ? "Missing. Say \"tcp\" or \"udp\"." : $"'{Shorten(text)}' is neither \"tcp\" nor \"udp\"."));
                return null;
        }
    }

    private static IPEndPoint? EndPoint(string field, string? text, List<ApiError> errors)
    {
        if (text is null)
        {
            errors.Add(new ApiError(field, "Missing. Say address:port, an IPv6 address in brackets."));
            return null;
        }

        // IPEndPoint.TryParse takes an address without a port, and then says port 0.
        if (!IPEndPoint.TryParse(text, out IPEndPoint? endPoint) || endPoint.Port == 0)
        {
            errors.Add(new ApiError(field, $"'{Shorten(text)}' is not address:port with a port from 1 to 65535, for example 10.9.0.1:41000 or [fd00::1]:41000."));
            return null;
        }

        IPAddress address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        string? impossible = address switch
        {
            _ when address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) => "the unspecified address",
            _ when address.Equals(IPAddress.Broadcast) => "the broadcast address",
            _ when address.IsIPv6Multicast || (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] is >= 224 and < 240) => "a multicast address",
            _ when IPAddress.IsLoopback(address) => "a loopback address, and its packets never leave by a link",
            _ => null,
        };
        if (impossible is not null)
        {
            errors.Add(new ApiError(field, $"{address} is {impossible}; no session over a WAN link has it. Report the addresses that the socket is bound and connected to."));
            return null;
        }

        return new IPEndPoint(address, endPoint.Port);
    }

    private static void Text(string field, string? text, List<ApiError> errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            errors.Add(new ApiError(field, "Missing. Route rules are evaluated on the request head; report it as the proxy got it."));
        }
        else if (text.Length > LongestField)
        {
            errors.Add(new ApiError(field, $"Longer than {LongestField} characters."));
        }
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 80), "…");
}
