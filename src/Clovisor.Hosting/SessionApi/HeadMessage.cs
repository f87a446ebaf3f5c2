using System.Net;
using System.Text;
using Clovisor.Hosting.Sessions;
using Clovisor.Istio.Routing;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// The head of a request in the form that Envoy's Lua filter writes: pairs of netstrings, <c>4:peer,14:10.60.0.11:4711,</c>. A key that ends in <c>~</c> was cut.
/// Values are kept as they are, so nothing needs escaping.
/// </summary>
internal sealed class HeadMessage
{
    internal const int MostFields = 256;
    internal const int LongestField = 65_536;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly List<RouteHeader> _headers = [];
    private readonly List<string> _cut = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Address and port that the client connected to: the table of that port is asked.</summary>
    internal IPEndPoint? Destination { get; private set; }

    /// <summary>The client's end of the proxy's downstream connection.</summary>
    internal IPEndPoint? Peer { get; private set; }

    /// <summary>The proxy's end of its upstream connection; null of a request that has none yet.</summary>
    internal IPEndPoint? Upstream { get; private set; }

    /// <summary>The server's end of it.</summary>
    internal IPEndPoint? Host { get; private set; }

    internal string Method { get; private set; } = "";

    internal string Authority { get; private set; } = "";

    internal string Path { get; private set; } = "";

    /// <summary>The server name that the client asked for, of a connection whose TLS is handed on; null of one with a request head.</summary>
    internal string? ServerName { get; private set; }

    internal IReadOnlyList<RouteHeader> Headers => _headers;

    /// <summary>Keys whose values the sender cut, without the <c>~</c>.</summary>
    internal IReadOnlyList<string> Cut => _cut;

    private bool HasHead => Method.Length > 0 || Authority.Length > 0 || Path.Length > 0 || _headers.Count > 0;

    /// <summary>Reads a message.</summary>
    /// <returns>The message, or null and why it is none.</returns>
    internal static HeadMessage? Read(ReadOnlySpan<byte> bytes, out ApiError? error)
    {
        HeadMessage message = new();
        int at = 0;
        int fields = 0;
        while (at < bytes.Length)
        {
            if (++fields > MostFields)
            {
                error = new ApiError("", $"More than {MostFields} fields.");
                return null;
            }

            if (!TryNetstring(bytes, ref at, out ReadOnlySpan<byte> key, out string? wrong) || !TryNetstring(bytes, ref at, out ReadOnlySpan<byte> value, out wrong))
            {
                error = new ApiError("", $"At byte {at}: {wrong}");
                return null;
            }

            if (message.Take(key, value) is { } reason)
            {
                error = reason;
                return null;
            }
        }

        error = message.Destination is null
            ? new ApiError("dst", "Missing. Say the address and port that the client connected to.")
            : message.ServerName is not null ? message.HasHead ? new ApiError("sni", ReportValidation.SniAndHead) : null
            : message.Authority.Length == 0 ? new ApiError("a", "Missing. Route rules are chosen by the authority.") : null;
        error ??= message is { Upstream: not null, Host: null } ? new ApiError("host", "Missing. A session has two ends: say the address and port of the server too.") : null;
        return error is null ? message : null;
    }

    private static bool TryNetstring(ReadOnlySpan<byte> bytes, ref int at, out ReadOnlySpan<byte> text, out string? wrong)
    {
        text = default;
        int length = 0;
        int digits = 0;
        while (at + digits < bytes.Length && bytes[at + digits] is >= (byte)'0' and <= (byte)'9' && digits < 6)
        {
            length = (length * 10) + (bytes[at + digits++] - '0');
        }

        int start = at + digits + 1;
        wrong = digits == 0 ? "a length is needed."
            : digits > 1 && bytes[at] == '0' ? "a length has no leading zero."
            : start > bytes.Length || bytes[start - 1] != ':' ? "':' is needed after the length."
            : length > LongestField ? $"a field is longer than {LongestField} bytes."
            : start + length >= bytes.Length ? $"{length} bytes and ',' are announced, and fewer are there."
            : bytes[start + length] != ',' ? $"',' is needed after {length} bytes."
            : null;
        if (wrong is not null)
        {
            return false;
        }

        text = bytes.Slice(start, length);
        at = start + length + 1;
        return true;
    }

    private ApiError? Take(ReadOnlySpan<byte> keyBytes, ReadOnlySpan<byte> valueBytes)
    {
        bool cut = keyBytes.EndsWith("~"u8);
        string key = Encoding.Latin1.GetString(cut ? keyBytes[..^1] : keyBytes);
        if (!IsName(key))
        {
            return new ApiError("", "A key consists of visible ASCII characters, at least one and at most 256.");
        }

        if (!_seen.Add(key))
        {
            return new ApiError(key, "Given twice. Join repeated headers by ',' as the proxy does.");
        }

        if (valueBytes.IndexOfAny((byte)0, (byte)'\r', (byte)'\n') >= 0)
        {
            return new ApiError(key, "Holds NUL, CR or LF, which no field of a request can.");
        }

        string value;
        try
        {
            // A value that was cut may end inside a character.
            value = (cut ? Encoding.UTF8 : Strict).GetString(valueBytes);
        }
        catch (DecoderFallbackException e)
        {
            return new ApiError(key, $"Byte {e.Index} is not UTF-8. Rules are text, so none can match it.");
        }

        if (cut)
        {
            _cut.Add(key);
        }

        return Keep(key, value);
    }

    private ApiError? Keep(string key, string value)
    {
        switch (key)
        {
            case "peer":
                Peer = IPEndPoint.TryParse(value, out IPEndPoint? peer) && peer.Port > 0 ? peer : null;
                return Peer is null ? NoEndPoint(key) : null;
            case "dst":
                Destination = IPEndPoint.TryParse(value, out IPEndPoint? destination) && destination.Port > 0 ? destination : null;
                return Destination is null ? NoEndPoint(key) : null;
            case "up":
                Upstream = IPEndPoint.TryParse(value, out IPEndPoint? upstream) && upstream.Port > 0 ? upstream : null;
                return Upstream is null ? NoEndPoint(key) : null;
            case "host":
                Host = IPEndPoint.TryParse(value, out IPEndPoint? host) && host.Port > 0 ? host : null;
                return Host is null ? NoEndPoint(key) : null;
            case "sni":
                ServerName = value;
                return ReportValidation.WhyNoServerName(value) is { } reason ? new ApiError(key, reason) : null;
            case "m":
                Method = value;
                return null;
            case "a":
                Authority = value;
                return null;
            case "p":
                Path = value;
                return null;
            default:
                // Keys of later versions are not ours to refuse.
                if (key.StartsWith("h.", StringComparison.Ordinal) && key.Length > 2)
                {
                    _headers.Add(new RouteHeader(key[2..], value));
                }

                return null;
        }
    }

    private static ApiError NoEndPoint(string key) => new(key, "Not address:port with a port from 1 to 65535, an IPv6 address in brackets.");

    private static bool IsName(string key) => key.Length is > 0 and <= 256 && key.All(letter => letter is > ' ' and <= '~');
}
