using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Clovisor.Hosting.Envoy;

/// <summary>Pieces of YAML that names and values cannot break out of.</summary>
internal static class EnvoyYaml
{
    /// <summary>A JSON string is a YAML string, whatever is in it.</summary>
    internal static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    internal static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    internal static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + "s";

    internal static string Address(IPEndPoint endPoint) =>
        $"socket_address: {{ address: {Quoted(endPoint.Address.ToString())}, port_value: {Number(endPoint.Port)} }}";

    /// <summary>The lines of a text, each moved to the right; ends with a line break unless the text is empty.</summary>
    internal static string Indented(int columns, string text)
    {
        if (text.Length == 0)
        {
            return "";
        }

        string margin = new(' ', columns);
        return string.Concat(text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(line => line.Length == 0 ? "\n" : $"{margin}{line}\n"));
    }
}
