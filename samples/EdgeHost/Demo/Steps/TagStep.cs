namespace Clovisor.EdgeHost.Demo.Steps;

/// <summary>In tag mode no word passes between proxy and host.</summary>
internal static class TagStep
{
    public static DemoStep Create() => new(
        "no session was reported", "0 session reports received by the host",
        static async (stage, cancellationToken) =>
        {
            long reports = (await stage.Agent.RulesAsync(cancellationToken).ConfigureAwait(false)).Reports;
            return ($"{stage.ReportsBeforeRestart + reports} session reports", stage.ReportsBeforeRestart + reports == 0);
        });
}
