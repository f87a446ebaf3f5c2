using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Envoy;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>From an empty machine to an empty machine, with a table in between.</summary>
internal static class ReportRole
{
    private const int CouldNotRun = 2;

    // Names of its own, so that a demo may run at the same time.
    private static readonly LabNames Names = new("clver", "/run/clovisor-envoy-report");

    public static IReadOnlyList<Option> Options { get; } = [new("--quick", "no|yes", "fewer requests and rounds", "no")];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        Privilege.Require("make the lab of the report");
        Privilege.RequireTools("ip", "nft", "ss", "mount", "umount");
        string envoy = await EnvoyBinary.FindAsync(cancellationToken).ConfigureAwait(false);
        ReportTable table = new(Console.Out);
        try
        {
            await using CgroupMount group = await CgroupMount.CreateAsync(cancellationToken).ConfigureAwait(false);
            await using EdgeLab lab = await EdgeLab.CreateAsync(Names, cancellationToken).ConfigureAwait(false);
            await using ReportStage stage = new(Names, envoy, group);
            bool quick = arguments.Get("--quick") == "yes";
            ReportSections sections = new(stage, table, quick);
            LateSections late = new(stage, table, quick);
            await stage.StartAsync(cancellationToken).ConfigureAwait(false);
            await stage.StartAgentAsync("translated", cancellationToken).ConfigureAwait(false);
            await sections.ClassesAsync(cancellationToken).ConfigureAwait(false);
            await late.RunAsync("translated", cancellationToken).ConfigureAwait(false);
            await sections.RetriesAsync(cancellationToken).ConfigureAwait(false);
            await sections.ForgeryAsync(cancellationToken).ConfigureAwait(false);
            await sections.LatencyAsync(cancellationToken).ConfigureAwait(false);
            await stage.KillAgentAsync().ConfigureAwait(false);
            await stage.StartAgentAsync("preserved", cancellationToken).ConfigureAwait(false);
            await late.RunAsync("preserved", cancellationToken).ConfigureAwait(false);
            await stage.KillAgentAsync().ConfigureAwait(false);
            await stage.StartAgentAsync("translated", cancellationToken).ConfigureAwait(false);
            await sections.FailuresAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (LabException e)
        {
            await Console.Error.WriteLineAsync($"envoy-report: {e.Message}").ConfigureAwait(false);
            return CouldNotRun;
        }

        return table.AllKept ? 0 : RoleTable.Failed;
    }
}
