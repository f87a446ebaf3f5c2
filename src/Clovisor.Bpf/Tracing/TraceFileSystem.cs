using System.Globalization;

namespace Clovisor.Bpf.Tracing;

/// <summary>The file system that lists trace points (tracefs).</summary>
internal static class TraceFileSystem
{
    private static readonly string[] Places = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

    /// <summary>Where it is mounted; null when it is not, or cannot be read.</summary>
    internal static string? Find() => Array.Find(Places, static place => Directory.Exists(Path.Combine(place, "events")));

    /// <summary>The kernel's number of an event.</summary>
    internal static uint ReadEventId(string category, string name, string operation)
    {
        string root = Find() ?? throw new BpfException(
            operation, $"{category}/{name}", 0, "tracefs, which numbers the events, is not mounted or not readable: mount -t tracefs tracefs /sys/kernel/tracing");
        string path = Path.Combine(root, "events", category, name, "id");
        try
        {
            return uint.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BpfException(operation, $"{category}/{name}", Interop.Errno.ENOENT, $"The kernel has no such event; {Path.Combine(root, "available_events")} lists those it has.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new BpfException(operation, $"{category}/{name}", 0, $"{path}: {e.Message}");
        }
    }
}
