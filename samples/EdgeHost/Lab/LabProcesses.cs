using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Clovisor.EdgeHost.Lab;

/// <summary>The processes of a lab, known by the variable in their environment and by nothing else.</summary>
internal static class LabProcesses
{
    private const int MaxRounds = 250;

    /// <summary>A process of the lab.</summary>
    public readonly record struct Entry(int Id, string Command);

    public static IReadOnlyList<Entry> Find(LabNames names)
    {
        var found = new List<Entry>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                && id != Environment.ProcessId && Belongs(id, names))
            {
                found.Add(new Entry(id, Command(id)));
            }
        }

        return found;
    }

    /// <summary>Kills them and waits until they are gone.</summary>
    public static async Task KillAllAsync(LabNames names, CancellationToken cancellationToken)
    {
        // A process that is just being executed shows no environment: only a second look that finds none says that there is none.
        int clean = 0;
        for (int round = 0; clean < 2; round++)
        {
            IReadOnlyList<Entry> entries = Find(names);
            clean = entries.Count == 0 ? clean + 1 : 0;
            if (clean == 0 && round >= MaxRounds)
            {
                throw new IOException($"process {entries[0].Id} ({entries[0].Command}) does not end though it was killed");
            }

            foreach (Entry entry in entries)
            {
                Kill(entry.Id, names);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Kill(int id, LabNames names)
    {
        try
        {
            using var process = Process.GetProcessById(id);

            // The object remembers when the process began and refuses to signal another one of the same number;
            // asking again after it was made closes the gap before that.
            if (Belongs(id, names))
            {
                process.Kill();
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // Gone by itself.
        }
    }

    private static bool Belongs(int id, LabNames names)
    {
        try
        {
            return Contains(File.ReadAllBytes($"/proc/{id}/environ"), Encoding.UTF8.GetBytes($"{LabNames.Variable}={names.RunDirectory}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether a block of NUL-terminated entries has exactly this one.</summary>
    internal static bool Contains(ReadOnlySpan<byte> block, ReadOnlySpan<byte> entry)
    {
        foreach (Range range in block.Split((byte)0))
        {
            if (block[range].SequenceEqual(entry))
            {
                return true;
            }
        }

        return false;
    }

    private static string Command(int id)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{id}/cmdline")).Replace('\0', ' ').Trim();
        }
        catch (IOException)
        {
            return "gone";
        }
    }
}
