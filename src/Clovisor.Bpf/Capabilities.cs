using System.Globalization;

namespace Clovisor.Bpf;

/// <summary>The effective capabilities of this process, as the kernel lists them.</summary>
internal static class Capabilities
{
    internal const int NetworkAdmin = 12;
    internal const int SystemAdmin = 21;
    internal const int Bpf = 39;

    private const string StatusPath = "/proc/self/status";
    private const string Field = "CapEff:";

    /// <summary>One bit a capability; null when it cannot be read.</summary>
    internal static ulong? Effective()
    {
        try
        {
            string? line = File.ReadLines(StatusPath).FirstOrDefault(static line => line.StartsWith(Field, StringComparison.Ordinal));
            return line is not null && ulong.TryParse(line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong bits)
                ? bits
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static bool Has(ulong bits, int capability) => (bits >> capability & 1) != 0;
}
