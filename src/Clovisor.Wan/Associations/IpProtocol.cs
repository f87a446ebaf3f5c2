using System.Globalization;

namespace Clovisor.Wan.Associations;

/// <summary>Names of IP protocols, of IANA's list.</summary>
internal static class IpProtocol
{
    public const string Hint = "write tcp, udp, icmp, icmpv6, gre, esp, ah, sctp or a number from 0 to 255";

    private static readonly (string Name, byte Number)[] Known =
        [("tcp", 6), ("udp", 17), ("icmp", 1), ("icmpv6", 58), ("gre", 47), ("esp", 50), ("ah", 51), ("sctp", 132)];

    public static bool TryParse(string text, out byte number)
    {
        foreach ((string name, byte known) in Known)
        {
            if (string.Equals(name, text, StringComparison.OrdinalIgnoreCase))
            {
                number = known;
                return true;
            }
        }

        return byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    public static string Show(byte number)
    {
        string? name = Known.FirstOrDefault(known => known.Number == number).Name;
        return name ?? number.ToString(CultureInfo.InvariantCulture);
    }
}
