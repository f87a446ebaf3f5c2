using System.Diagnostics;

namespace Clovisor.KubernetesLab;

/// <summary>Large real programs that the demo and tests talk to and the repository does not hold: a folder <c>shared</c> beside it, or beside one of the folders above it.</summary>
public static class SharedParts
{
    private static readonly Lock Unpacking = new();

    /// <summary>The folder, or null where there is none. Looked for from this program's folder upwards, then from the working folder.</summary>
    public static string? Folder { get; } = Find(AppContext.BaseDirectory) ?? Find(Environment.CurrentDirectory);

    private static string Cache
    {
        get
        {
            string? root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            string? home = Environment.GetEnvironmentVariable("HOME");
            return Path.Combine(!string.IsNullOrEmpty(root) ? root : !string.IsNullOrEmpty(home) ? Path.Combine(home, ".cache") : Path.GetTempPath(), "clovisor", "programs");
        }
    }

    /// <summary>Gets a file of the folder, or null where it is absent.</summary>
    public static string? File(string path) => Folder is { } folder && System.IO.File.Exists(Path.Combine(folder, path)) ? Path.Combine(folder, path) : null;

    /// <summary>Unpacks a program once for all runs of the user, into <c>clovisor/programs</c> of the user's cache folder, and gives its path; null where it is absent.</summary>
    /// <exception cref="InvalidOperationException">It is there and cannot be unpacked.</exception>
    public static string? Program(string name)
    {
        if (File("bin/unpack.sh") is not { } unpack || File($"bin/{name}.xz") is null)
        {
            return null;
        }

        lock (Unpacking)
        {
            var start = new ProcessStartInfo("sh", [unpack, Cache, name]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start) ?? throw new InvalidOperationException("sh could not be started");
            Task<string> errors = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"sh {unpack} {Cache} {name} ended with {process.ExitCode}: {errors.GetAwaiter().GetResult()}");
            }
        }

        return Path.Combine(Cache, name);
    }

    private static string? Find(string start)
    {
        for (string? folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string candidate = Path.Combine(folder, "shared");
            if (System.IO.File.Exists(Path.Combine(candidate, "bin", "unpack.sh")))
            {
                return candidate;
            }
        }

        return null;
    }
}
