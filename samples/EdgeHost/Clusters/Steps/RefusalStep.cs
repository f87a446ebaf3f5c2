using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Demo;
using Clovisor.EdgeHost.Demo.Steps;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Clusters.Steps;

/// <summary>Objects that must not be put in force: one that the API server stops, and one that only a host can see through.</summary>
internal static class RefusalStep
{
    private const string Advice = "write the unicast address of a host";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    public static DemoStep Create(ClusterConfiguration clusters) => new(
        "objects that are wrong",
        "the API server refuses one with advice; the other is Accepted=False in its status with the reason, health degraded; the old policy stays in force and no request goes astray; then all is well again",
        (stage, cancellationToken) => RunAsync(stage, clusters, cancellationToken));

    private static async Task<(string Measured, bool Pass)> RunAsync(DemoStage stage, ClusterConfiguration clusters, CancellationToken cancellationToken)
    {
        AgentRules rules = await stage.Agent.RulesAsync(cancellationToken).ConfigureAwait(false);
        await using ClientRun run = stage.Run(ClientOrder.Watch);
        await run.FirstAsync(s => s.User == DemoUser.Minion && s.Link == LabAddresses.Wan1, Patience, cancellationToken).ConfigureAwait(false);
        AgentHealth broken, mended;
        (string Status, string Message) accepted;
        try
        {
            await clusters.BreakAsync(cancellationToken).ConfigureAwait(false);
            broken = await RuleSteps.AwaitHealthAsync(stage, "degraded", cancellationToken).ConfigureAwait(false);
            accepted = await AcceptedAsync(clusters, "False", cancellationToken).ConfigureAwait(false);
            await DemoStage.PauseAsync(1000, cancellationToken).ConfigureAwait(false);
            long revision = (await stage.Agent.RulesAsync(cancellationToken).ConfigureAwait(false)).Revision;
            if (revision != rules.Revision)
            {
                return ($"the policy went from revision {rules.Revision} to {revision}", false);
            }
        }
        finally
        {
            await clusters.RestoreAsync(cancellationToken).ConfigureAwait(false);
            mended = await RuleSteps.AwaitHealthAsync(stage, "healthy", cancellationToken).ConfigureAwait(false);
        }

        (string Status, string Message) again = await AcceptedAsync(clusters, "True", cancellationToken).ConfigureAwait(false);
        stage.View.Note(accepted.Message);
        IReadOnlyList<ClientSample> samples = run.Samples;
        bool advised = clusters.Refusal?.Contains(Advice, StringComparison.Ordinal) == true;
        int named = ClusterConfiguration.Mistakes.Count(word => broken.Reasons.Any(reason => reason.Contains(word, StringComparison.Ordinal)));
        int astray = samples.Count(s => s.Succeeded && s.Link != (s.User == DemoUser.Boss ? LabAddresses.Wan0 : LabAddresses.Wan1));
        return (
            $"the API server {(advised ? "refused one with advice" : $"answered '{clusters.Refusal ?? "taken"}'")}; the other Accepted={accepted.Status}, health {broken.Status}; " +
            $"{astray} of {samples.Count} requests went astray, {Words.Failed(samples)}; then Accepted={again.Status}, health {mended.Status}",
            advised && accepted.Status == "False" && accepted.Message.Contains("wan9", StringComparison.Ordinal) && broken.Status == "degraded" && named == ClusterConfiguration.Mistakes.Count
            && astray == 0 && samples.All(s => s.Succeeded) && again.Status == "True" && mended.Status == "healthy");
    }

    private static async Task<(string Status, string Message)> AcceptedAsync(ClusterConfiguration clusters, string wanted, CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            (string Status, string Message) condition = await clusters.ConditionAsync("wanassociations", "minion", "Accepted", cancellationToken).ConfigureAwait(false);
            if (condition.Status == wanted || TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                return condition;
            }

            await DemoStage.PauseAsync(50, cancellationToken).ConfigureAwait(false);
        }
    }
}
