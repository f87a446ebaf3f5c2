namespace Clovisor.EdgeHost.Lab;

/// <summary>What a lab has put into the system and what is still there of it.</summary>
internal static class LabResidue
{
    private const int Attempts = 4;

    /// <summary>Everything of the lab that exists now, in words.</summary>
    public static IReadOnlyList<string> Find(LabNames names) =>
    [
        .. LabProcesses.Find(names).Select(p => $"process {p.Id} ({p.Command})"),
        .. names.Namespaces.Where(Namespaces.Exists).Select(n => $"namespace {n}"),
        .. MountPoints(names).Select(m => $"mount {m}"),
        .. Leftover(names),
    ];

    /// <summary>Removes all of it but the lock file, which its holder removes.</summary>
    /// <returns>What was there.</returns>
    public static async Task<IReadOnlyList<string>> RemoveAsync(LabNames names, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> found = Find(names);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await RemoveOnceAsync(names, cancellationToken).ConfigureAwait(false);
                return found;
            }
            catch (Exception e) when (attempt < Attempts && e is LabException or IOException or UnauthorizedAccessException)
            {
                // A second Ctrl-C reaches the tools too, and a killed process may hold a mount for a moment longer.
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static async Task RemoveOnceAsync(LabNames names, CancellationToken cancellationToken)
    {
        await LabProcesses.KillAllAsync(names, cancellationToken).ConfigureAwait(false);

        // Pins first: they may be visible in another mount namespace, where our unmounting does not reach.
        foreach (string mount in MountPoints(names))
        {
            // The kernel's own two files in every BPF file system cannot be removed, and need not be.
            foreach (string entry in Directory.EnumerateFileSystemEntries(mount).Where(e => !e.EndsWith(".debug", StringComparison.Ordinal)))
            {
                Delete(entry);
            }

            await Tool.RunAsync("umount", [mount], null, cancellationToken).ConfigureAwait(false);
        }

        foreach (string space in names.Namespaces.Where(Namespaces.Exists))
        {
            // A shell that somebody opened in the namespace would keep its devices alive after the name is gone.
            foreach (string device in Devices(names, space))
            {
                await Tool.TryRunAsync("ip", ["-n", space, "link", "del", device], null, cancellationToken).ConfigureAwait(false);
            }

            await Tool.RunAsync("ip", ["netns", "del", space], null, cancellationToken).ConfigureAwait(false);
        }

        if (Directory.Exists(names.RunDirectory))
        {
            foreach (string entry in Directory.EnumerateFileSystemEntries(names.RunDirectory).Where(e => e != names.LockFile))
            {
                Delete(entry);
            }
        }
    }

    private static void Delete(string entry)
    {
        if (Directory.Exists(entry))
        {
            Directory.Delete(entry, recursive: true);
        }
        else
        {
            File.Delete(entry);
        }
    }

    private static IEnumerable<string> Devices(LabNames names, string space) =>
        space == names.App ? ["eth0"] : space == names.Edge ? ["lan0", .. LabAddresses.All.Select(l => l.Device)] : LabAddresses.All.Select(l => l.Device);

    private static IEnumerable<string> Leftover(LabNames names) =>
        Directory.Exists(names.RunDirectory)
            ? Directory.EnumerateFileSystemEntries(names.RunDirectory).Where(e => e != names.LockFile).Select(e => $"file {e}")
            : [];

    private static string[] MountPoints(LabNames names) =>
    [
        .. File.ReadLines("/proc/self/mountinfo")
            .Select(line => line.Split(' ')[4])
            .Where(point => point.StartsWith(names.RunDirectory + "/", StringComparison.Ordinal))
            .Reverse(),
    ];
}
