using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Lab;
using Clovisor.KubernetesLab;

namespace Clovisor.EdgeHost.Envoy;

/// <summary>Finds Envoy: <c>CLOVISOR_ENVOY</c>, then the PATH, then the packed one beside the repository or a folder above it.</summary>
internal static class EnvoyBinary
{
    public const string Variable = "CLOVISOR_ENVOY";

    public static async Task<string> FindAsync(CancellationToken cancellationToken) =>
        await TryFindAsync(cancellationToken).ConfigureAwait(false) ?? throw new EdgeHostException(
            "cannot start Envoy", $"it is neither named by {Variable}, nor on the PATH, nor packed in a folder shared/bin beside the repository",
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

        return Tool.Find("envoy") ?? await Task.Run(() => SharedParts.Program("envoy"), cancellationToken).ConfigureAwait(false);
    }
}
