using System.Globalization;

namespace Clovisor.Wan.Associations;

/// <summary>One port or a run of ports.</summary>
/// <param name="First">The first, 1 to 65535.</param>
/// <param name="Last">The last, inclusive; not below <paramref name="First"/>.</param>
public readonly record struct PortRange(ushort First, ushort Last)
{
    /// <summary>Whether a port lies in the range.</summary>
    public bool Contains(int port) => port >= First && port <= Last;

    /// <summary>Reads <c>443</c> or <c>8000-8099</c>.</summary>
    /// <returns>False when the text is neither, or the range runs backwards.</returns>
    public static bool TryParse(string text, out PortRange range)
    {
        ArgumentNullException.ThrowIfNull(text);
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        range = default;
        if (!TryPort(dash < 0 ? text : text.AsSpan(0, dash), out ushort first) || !TryPort(dash < 0 ? text : text.AsSpan(dash + 1), out ushort last))
        {
            return false;
        }

        range = new PortRange(first, last);
        return first > 0 && last >= first;
    }

    /// <summary>The text that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    private static bool TryPort(ReadOnlySpan<char> text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
}
