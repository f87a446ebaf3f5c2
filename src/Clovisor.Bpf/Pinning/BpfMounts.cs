namespace Clovisor.Bpf.Pinning;

/// <summary>The BPF file systems that are mounted where this process can see them.</summary>
internal static class BpfMounts
{
    private const string MountInfo = "/proc/self/mountinfo";

    /// <summary>The mount points; none when procfs cannot be read.</summary>
    internal static IReadOnlyList<string> Paths()
    {
        try
        {
            return [.. File.ReadLines(MountInfo).Select(Parse).OfType<string>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The mount point of a line of mountinfo(5); null when it is of another file system.</summary>
    internal static string? Parse(string line)
    {
        int separator = line.IndexOf(" - ", StringComparison.Ordinal);
        if (separator < 0 || !line.AsSpan(separator + 3).StartsWith("bpf ", StringComparison.Ordinal))
        {
            return null;
        }

        string[] fields = line[..separator].Split(' ');
        return fields.Length > 4 ? Unescape(fields[4]) : null;
    }

    // Spaces and the like are written as three octal digits.
    private static string Unescape(string path) =>
        path.Replace("\\040", " ", StringComparison.Ordinal)
            .Replace("\\011", "\t", StringComparison.Ordinal)
            .Replace("\\012", "\n", StringComparison.Ordinal)
            .Replace("\\134", "\\", StringComparison.Ordinal);
}
