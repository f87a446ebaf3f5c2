namespace Clovisor.Istio.Tests.Conformance;

/// <summary>Data that lies beside the repository and is not part of it: tests that use it are skipped where it is absent.</summary>
internal static class SharedData
{
    /// <summary>Finds a folder below <c>shared</c> beside the repository, or null.</summary>
    public static string? Folder(string name)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string folder = Path.Combine(at.FullName, "shared", name);
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        return null;
    }
}
