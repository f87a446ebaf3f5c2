using System.Globalization;

namespace Clovisor.Bpf.Maps;

/// <summary>
/// How many CPUs the kernel could ever have: the number of values in a per-CPU element. Neither the online CPUs nor those this
/// process may use will do, since the kernel writes a value for each possible one.
/// </summary>
internal static class PossibleCpus
{
    private const string Path = "/sys/devices/system/cpu/possible";
    private static readonly Lazy<int> Known = new(Read);

    internal static int Count => Known.Value;

    /// <summary>Reads a list as the kernel writes it: <c>0-3,8</c>. The count is the highest number and one.</summary>
    internal static int Parse(ReadOnlySpan<char> list)
    {
        ReadOnlySpan<char> trimmed = list.Trim();
        int start = trimmed.LastIndexOfAny('-', ',') + 1;
        return int.Parse(trimmed[start..], NumberStyles.None, CultureInfo.InvariantCulture) + 1;
    }

    private static int Read()
    {
        try
        {
            return Parse(File.ReadAllText(Path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // A guess could be too small, and then the kernel would write past the buffer.
            throw new BpfException("count the possible CPUs from", Path, 0, $"{e.Message} Mount sysfs at /sys.");
        }
    }
}
