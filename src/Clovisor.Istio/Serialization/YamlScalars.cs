using System.Globalization;

namespace Clovisor.Istio.Serialization;

/// <summary>Which type an unquoted scalar has, by the YAML 1.1 rules that Kubernetes tools follow.</summary>
internal static class YamlScalars
{
    public static bool IsNull(YamlNode node) => node.Plain && node.Text is "" or "~" or "null" or "Null" or "NULL";

    public static bool IsBoolean(YamlNode node) => node.Plain && AsBoolean(node) is not null;

    public static bool IsNumber(YamlNode node) =>
        node.Plain && node.Text.Length > 0 && (char.IsAsciiDigit(node.Text[0]) || node.Text[0] is '-' or '+' or '.') &&
        (double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) || IsHexadecimal(node.Text));

    public static bool? AsBoolean(YamlNode node) => node.Text switch
    {
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "y" or "Y" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "n" or "N" or "off" or "Off" or "OFF" => false,
        _ => null,
    };

    /// <summary>
    /// Gets a field's name. Kubernetes turns YAML into JSON first, and there the unquoted name <c>y</c>, <c>on</c> or <c>no</c> is a boolean
    /// and becomes the name <c>true</c> or <c>false</c>: surprising, and so in every cluster.
    /// </summary>
    public static string Key(YamlNode node) => !node.Plain || AsBoolean(node) is not { } flag ? node.Text : flag ? "true" : "false";

    private static bool IsHexadecimal(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out _);
}
