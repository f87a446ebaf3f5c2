using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo;

/// <summary>The orchestrator.</summary>
internal static class DemoRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--mode", "report|tag", "whether the proxy reports sessions to Clovisor or tags their packets", "report"),
        new("--proxy", "yarp|envoy", "the proxy at the edge", "yarp"),
        new("--json", "FILE", "where the verdict is written as JSON"),
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        Privilege.Require("make the lab of the demo");
        Privilege.RequireTools("ip", "nft", "mount", "umount");
        await using EdgeLab lab = await EdgeLab.CreateAsync(LabNames.Demo, cancellationToken).ConfigureAwait(false);
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        return 0;
    }
}
