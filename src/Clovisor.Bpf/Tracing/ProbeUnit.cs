using System.Globalization;

namespace Clovisor.Bpf.Tracing;

/// <summary>The kernel's dynamic sources of events, <c>kprobe</c> and <c>uprobe</c>: their numbers, from Linux 4.17.</summary>
internal static class ProbeUnit
{
    /// <summary>The number and the bit that asks for the return; null on kernels without the unit.</summary>
    internal static (uint Type, int ReturnBit)? Find(string name)
    {
        string root = $"/sys/bus/event_source/devices/{name}";
        try
        {
            uint type = uint.Parse(File.ReadAllText($"{root}/type"), CultureInfo.InvariantCulture);
            string format = File.ReadAllText($"{root}/format/retprobe").Trim();
            int colon = format.IndexOf(':', StringComparison.Ordinal);
            return (type, int.Parse(format.AsSpan(colon + 1), CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }
}
