using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>Finds Envoy: <c>CLOVISOR_ENVOY</c>, then the PATH, then the packed one beside the repository.</summary>
internal static class EnvoyBinary
{
    public const string Variable = "CLOVISOR_ENVOY";

    public static async Task<string> FindAsync(CancellationToken cancellationToken) =>
        await TryFindAsync(cancellationToken).ConfigureAwait(false) ?? throw new EdgeHostException(
            "cannot start Envoy", $"it is neither named by {Variable}, nor on the PATH, nor packed in ../shared/bin beside the repository",
            "Install Envoy 1.31 or later and name it, or run the demo with --proxy yarp");

    /// <summary>As <see cref="FindAsync"/>, but null where there is none.</summary>
    /// <exception cref="EdgeHostException">The variable names a file that does not exist.</exception>
    public static async Task<string?> TryFindAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return File.Exists(named)
                ? named
                : throw new EdgeHostException($"cannot start Envoy from {Variable}", $"there is no file '{named}'", "Correct the variable or unset it");
        }

        return Tool.Find("envoy") ?? await UnpackAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string?> UnpackAsync(CancellationToken cancellationToken)
    {
        string? repository = Above(AppContext.BaseDirectory) ?? Above(Environment.CurrentDirectory);
        string? script = repository is null ? null : Path.GetFullPath(Path.Combine(repository, "../shared/bin/unpack.sh"));
        if (!File.Exists(script))
        {
            return null;
        }

        string folder = Path.Combine(repository!, "artifacts", "bin");
        await Tool.RunAsync("sh", [script, folder, "envoy"], null, cancellationToken).ConfigureAwait(false);
        return Path.Combine(folder, "envoy");
    }

    private static string? Above(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Clovisor.sln")))
            {
                return at.FullName;
            }
        }

        return null;
    }
}
