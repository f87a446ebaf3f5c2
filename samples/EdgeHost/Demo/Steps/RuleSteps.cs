using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo.Steps;

/// <summary>The rules are edited while everything runs: once well, once badly.</summary>
internal static class RuleSteps
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    public static DemoStep Edit(string name) => new(
        $"{name} (minion and boss change places)",
        $"boss on wan1 and minion on wan0 within {Words.Seconds(Limit)}, back again as fast after the edit is undone; no restart, no request fails",
        async (stage, cancellationToken) =>
        {
            await using ClientRun run = stage.Run(ClientOrder.Watch);
            await run.FirstAsync(s => s.User == DemoUser.Minion && s.Link == LabAddresses.Wan1, Patience, cancellationToken).ConfigureAwait(false);
            TimeSpan? there = await EditAsync(stage, run, stage.Configuration.SwapAsync, LabAddresses.Wan1, LabAddresses.Wan0, cancellationToken).ConfigureAwait(false);
            await DemoStage.PauseAsync(500, cancellationToken).ConfigureAwait(false);
            TimeSpan? back = await EditAsync(stage, run, stage.Configuration.RestoreAsync, LabAddresses.Wan0, LabAddresses.Wan1, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<ClientSample> samples = run.Samples;
            return (
                $"{Text(there)} there, {Text(back)} back; {Words.Failed(samples)}",
                there <= Limit && back <= Limit && samples.All(s => s.Succeeded));
        });

    public static DemoStep Break() => new(
        "a broken rule file",
        "refused with every mistake named, health degraded; the old rules stay in force and no request goes astray; healthy again when it is mended",
        async (stage, cancellationToken) =>
        {
            AgentRules rules = await stage.Agent.RulesAsync(cancellationToken).ConfigureAwait(false);
            await using ClientRun run = stage.Run(ClientOrder.Watch);
            await run.FirstAsync(s => s.User == DemoUser.Minion && s.Link == LabAddresses.Wan1, Patience, cancellationToken).ConfigureAwait(false);
            AgentHealth broken, mended;
            try
            {
                await stage.Configuration.BreakAsync(cancellationToken).ConfigureAwait(false);
                broken = await AwaitHealthAsync(stage, "degraded", cancellationToken).ConfigureAwait(false);
                await DemoStage.PauseAsync(1000, cancellationToken).ConfigureAwait(false);
                long revision = (await stage.Agent.RulesAsync(cancellationToken).ConfigureAwait(false)).Revision;
                if (revision != rules.Revision)
                {
                    return ($"the rules went from revision {rules.Revision} to {revision}", false);
                }
            }
            finally
            {
                await stage.Configuration.RestoreAsync(cancellationToken).ConfigureAwait(false);
                mended = await AwaitHealthAsync(stage, "healthy", cancellationToken).ConfigureAwait(false);
            }

            foreach (string reason in broken.Reasons)
            {
                stage.View.Note(reason);
            }

            IReadOnlyList<ClientSample> samples = run.Samples;
            int named = DemoConfiguration.Mistakes.Count(m => broken.Reasons.Any(r => r.Contains(m, StringComparison.Ordinal)));
            int astray = samples.Count(s => !s.Succeeded || s.Link != (s.User == DemoUser.Boss ? LabAddresses.Wan0 : LabAddresses.Wan1));
            return (
                $"health {broken.Status}, {named} of {DemoConfiguration.Mistakes.Count} mistakes named; {astray} of {samples.Count} requests failed or went astray; then {mended.Status}",
                broken.Status == "degraded" && named == DemoConfiguration.Mistakes.Count && astray == 0 && mended.Status == "healthy");
        });

    private static async Task<TimeSpan?> EditAsync(
        DemoStage stage, ClientRun run, Func<CancellationToken, Task> edit, LabLink boss, LabLink minion, CancellationToken cancellationToken)
    {
        long revision = (await stage.Agent.RulesAsync(cancellationToken).ConfigureAwait(false)).Revision;
        long edited = TimeProvider.System.GetTimestamp();
        await edit(cancellationToken).ConfigureAwait(false);
        await stage.RulesChangedAsync(cancellationToken).ConfigureAwait(false);

        // A proxy that follows the files by itself may be ahead of the agent; the edit is picked up when both have it.
        while ((await stage.Agent.RulesAsync(cancellationToken).ConfigureAwait(false)).Revision == revision)
        {
            if (TimeProvider.System.GetElapsedTime(edited) > Patience)
            {
                return null;
            }

            await DemoStage.PauseAsync(10, cancellationToken).ConfigureAwait(false);
        }

        TimeSpan agent = TimeProvider.System.GetElapsedTime(edited);
        ClientSample? one = await FirstAsync(DemoUser.Boss, boss).ConfigureAwait(false);
        ClientSample? other = await FirstAsync(DemoUser.Minion, minion).ConfigureAwait(false);
        return one is null || other is null
            ? null
            : new[] { agent, TimeProvider.System.GetElapsedTime(edited, one.Ended), TimeProvider.System.GetElapsedTime(edited, other.Ended) }.Max();

        Task<ClientSample?> FirstAsync(string user, LabLink link) =>
            run.FirstAsync(s => s.User == user && s.Started >= edited && s.Succeeded && s.Link == link, Patience, cancellationToken);
    }

    /// <summary>Waits until the host's health is as wanted, and gives it; after a while as it is.</summary>
    internal static async Task<AgentHealth> AwaitHealthAsync(DemoStage stage, string status, CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            AgentHealth health = await stage.Agent.HealthAsync(cancellationToken).ConfigureAwait(false);
            if (health.Status == status || TimeProvider.System.GetElapsedTime(started) > Patience)
            {
                return health;
            }

            await DemoStage.PauseAsync(50, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Text(TimeSpan? time) => time is { } t ? Words.Milliseconds(t) : "never";
}
