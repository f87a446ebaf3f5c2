using System.Net;

namespace Clovisor.Istio.Validation;

/// <summary>What names may look like.</summary>
internal static class NameRules
{
    private const int LongestLabel = 63;
    private const int LongestName = 255;

    /// <summary>Gets the headers whose value is a claim of a verified token.</summary>
    public const string ClaimPrefix = "@request.auth.claims";

    /// <summary>Says whether a text is a label of a host name; upper case is allowed, as Istio allows it.</summary>
    public static bool IsDnsLabel(string text) =>
        text.Length is > 0 and <= LongestLabel && text.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') && text[0] != '-' && text[^1] != '-';

    /// <summary>Says whether a text is a host name; upper case is allowed, as Istio allows it.</summary>
    public static bool IsHostName(string text)
    {
        string name = text.EndsWith('.') ? text[..^1] : text;
        return name.Length is > 0 and <= LongestName && name.Split('.').All(IsDnsLabel);
    }

    /// <summary>Says whether a text is a host name whose first label may be, or start with, a star.</summary>
    public static bool IsWildcardHost(string text)
    {
        if (!text.StartsWith('*'))
        {
            return IsHostName(text);
        }

        string rest = text[1..];
        return rest is "" or "." || IsHostName(rest.StartsWith('.') || rest.StartsWith('-') ? rest[1..] : rest);
    }

    public static bool IsAddress(string text) => IPAddress.TryParse(text, out _);

    public static bool IsAddressOrRange(string text) => IsAddress(text) || IPNetwork.TryParse(text, out _);

    /// <summary>Says whether a text is an HTTP token, as a header's name must be.</summary>
    public static bool IsToken(string text) => text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    public static bool IsClaim(string header) => header.StartsWith(ClaimPrefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Says whether a text names a gateway: a label, <c>namespace/label</c>, or the dotted form of old.</summary>
    public static bool IsGatewayName(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length switch
        {
            1 => IsHostName(text),
            2 => IsDnsLabel(parts[0]) && IsDnsLabel(parts[1]),
            _ => false,
        };
    }

    public static bool IsLabelKey(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length <= 2 && IsLabelText(parts[^1], emptyAllowed: false) && (parts.Length == 1 || IsHostName(parts[0]));
    }

    public static bool IsLabelValue(string text) => IsLabelText(text, emptyAllowed: true);

    private static bool IsLabelText(string text, bool emptyAllowed) => text.Length == 0
        ? emptyAllowed
        : text.Length <= LongestLabel && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]) &&
          text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
