using Clovisor.Bpf;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Lab;
using Clovisor.Wan.Datapath;

namespace Clovisor.EdgeHost.Inspection;

/// <summary>Takes everything of a stopped agent out of the kernel.</summary>
internal static class UninstallRole
{
    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--pin", "FOLDER", "where the agent pinned its maps and programs", "/sys/fs/bpf/clovisor"),
        AgentQuestion.Json,
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        Privilege.Require("take programs out of the kernel");
        string pins = arguments.Get("--pin");
        bool removed;
        try
        {
            removed = BpfWanDatapath.Uninstall(pins);
        }
        catch (BpfException e)
        {
            throw EdgeHostException.From($"cannot uninstall what is pinned in {pins}", e);
        }

        string text = removed ? $"removed: programs, maps and pins of {pins}; packets take the node's own routes" : $"nothing to remove: there is no {pins}";
        await Console.Out.WriteLineAsync(arguments.Has("--json") ? $"{{\"removed\":{(removed ? "true" : "false")}}}" : text).ConfigureAwait(false);
        return 0;
    }
}
