using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Demo.Steps;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Clusters.Steps;

/// <summary>Whoever looks at the cluster sees the links of its node.</summary>
internal static class StatusStep
{
    private static readonly TimeSpan DownLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan UpLimit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static DemoStep Create(ClusterConfiguration clusters) => new(
        "kubectl get wanlinks",
        $"both links Ready; wan1 not Ready within {Words.Seconds(DownLimit)} of its carrier's loss, with the reason; Ready again within {Words.Seconds(UpLimit)} of its return; wan0 Ready all the time",
        (stage, cancellationToken) => RunAsync(stage, clusters, cancellationToken));

    private static async Task<(string Measured, bool Pass)> RunAsync(DemoStage stage, ClusterConfiguration clusters, CancellationToken cancellationToken)
    {
        if (await UntilAsync(clusters, "wan0", "True", cancellationToken).ConfigureAwait(false) is null || await UntilAsync(clusters, "wan1", "True", cancellationToken).ConfigureAwait(false) is null)
        {
            return ($"not both links were Ready to begin with: {string.Join(" | ", await clusters.LinksAsync(cancellationToken).ConfigureAwait(false))}", false);
        }

        TimeSpan? down, up;
        string reason, other;
        IReadOnlyList<string> lines;
        try
        {
            long cut = TimeProvider.System.GetTimestamp();
            await stage.Faults.CutAsync(LabAddresses.Wan1, cancellationToken).ConfigureAwait(false);
            down = await UntilAsync(clusters, "wan1", "False", cancellationToken).ConfigureAwait(false) is { } seen ? TimeProvider.System.GetElapsedTime(cut, seen) : null;
            (_, reason) = await clusters.ConditionAsync("wanlinks", "wan1", "Ready", cancellationToken).ConfigureAwait(false);
            (other, _) = await clusters.ConditionAsync("wanlinks", "wan0", "Ready", cancellationToken).ConfigureAwait(false);
            lines = await clusters.LinksAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await stage.Faults.PlugAsync(LabAddresses.Wan1, cancellationToken).ConfigureAwait(false);
        }

        long plugged = TimeProvider.System.GetTimestamp();
        up = await UntilAsync(clusters, "wan1", "True", cancellationToken).ConfigureAwait(false) is { } back ? TimeProvider.System.GetElapsedTime(plugged, back) : null;
        foreach (string line in lines)
        {
            stage.View.Note(line);
        }

        bool shown = lines.Any(line => line.StartsWith("wan0 ", StringComparison.Ordinal)) && lines.Any(line => line.StartsWith("wan1 ", StringComparison.Ordinal));
        return (
            $"wan1 not Ready {Text(down)} after the cut ({reason}), Ready {Text(up)} after the return; wan0 Ready={other}",
            down <= DownLimit && up <= UpLimit && other == "True" && reason.Contains(ClusterConfiguration.NodeName, StringComparison.Ordinal) && shown);
    }

    /// <summary>When the condition was seen to be so; null when it was not in time.</summary>
    private static async Task<long?> UntilAsync(ClusterConfiguration clusters, string link, string wanted, CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            if ((await clusters.ConditionAsync("wanlinks", link, "Ready", cancellationToken).ConfigureAwait(false)).Status == wanted)
            {
                return TimeProvider.System.GetTimestamp();
            }

            await DemoStage.PauseAsync(20, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private static string Text(TimeSpan? time) => time is { } t ? Words.Seconds(t) : "never";
}
