using System.Globalization;

namespace Clovisor.Wan.Configuration;

/// <summary>Reads code points by number or by the names of RFC 2474, 2597, 3246 and 5865.</summary>
internal static class Dscp
{
    public const string Hint = "write a number from 1 to 63 or a name: ef, va, cs1 to cs7, af11 to af43";

    public static bool TryParse(string text, out byte value)
    {
        string name = text.ToLowerInvariant();
        value = name switch
        {
            "ef" => 46,
            "va" => 44,
            ['c', 's', >= '1' and <= '7' and var selector] => (byte)((selector - '0') << 3),
            ['a', 'f', >= '1' and <= '4' and var @class, >= '1' and <= '3' and var drop] =>
                (byte)(((@class - '0') << 3) | ((drop - '0') << 1)),
            _ => 0,
        };
        return value != 0 || byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
