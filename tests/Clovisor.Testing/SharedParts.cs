using System.Runtime.CompilerServices;

namespace Clovisor.Testing;

/// <summary>Large real programs that tests talk to and the repository does not hold: a folder <c>shared</c> beside it, or beside one of the folders above it.</summary>
public static class SharedParts
{
    private static readonly Lock Unpacking = new();

    /// <summary>The folder, or null where there is none.</summary>
    public static string? Folder { get; } = Find(ThisFolder());

    /// <summary>Gets a file of the folder, or null where it is absent.</summary>
    public static string? File(string path) => Folder is { } folder && System.IO.File.Exists(Path.Combine(folder, path)) ? Path.Combine(folder, path) : null;

    /// <summary>Unpacks a program once for all test runs of the user, and gives its path; null where it is absent.</summary>
    public static string? Program(string name)
    {
        if (File("bin/unpack.sh") is not { } unpack || File($"bin/{name}.xz") is null)
        {
            return null;
        }

        string cache = Path.Combine(Path.GetTempPath(), "clovisor-test-programs");
        lock (Unpacking)
        {
            Command.Run("sh", unpack, cache, name);
        }

        return Path.Combine(cache, name);
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

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
