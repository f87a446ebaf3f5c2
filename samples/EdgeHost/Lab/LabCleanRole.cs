using Clovisor.EdgeHost.CommandLine;

namespace Clovisor.EdgeHost.Lab;

/// <summary>Removes what a killed demo left, without running another.</summary>
internal static class LabCleanRole
{
    public static IReadOnlyList<Option> Options { get; } = [];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        Privilege.Require("remove the namespaces of the demo");
        using LabLock held = LabLock.Take(LabNames.Demo);
        foreach (string item in await LabResidue.RemoveAsync(LabNames.Demo, cancellationToken).ConfigureAwait(false))
        {
            await Console.Out.WriteLineAsync($"removed {item}").ConfigureAwait(false);
        }

        return 0;
    }
}
