using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo.Steps;

/// <summary>wan1 fails in two ways and comes back.</summary>
internal static class FailureSteps
{
    private static readonly TimeSpan CutLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SilentLimit = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan HoldDown = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReturnLimit = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    public static DemoStep Cut() => new(
        "wan1 loses its carrier",
        $"minion's new requests succeed on wan0 within {Words.Seconds(CutLimit)} of the cut, and from then on; no request of boss fails",
        async (stage, cancellationToken) =>
        {
            try
            {
                return await FailAsync(stage, token => stage.Faults.CutAsync(LabAddresses.Wan1, token), CutLimit, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await stage.Faults.PlugAsync(LabAddresses.Wan1, cancellationToken).ConfigureAwait(false);
            }
        });

    public static DemoStep Silence() => new(
        "wan1 goes silent, its carrier stays",
        $"minion's new requests succeed on wan0 within {Words.Seconds(SilentLimit)}, and from then on; no request of boss fails",
        async (stage, cancellationToken) =>
        {
            // The cut of the step before is mended, and its hold-down has to pass.
            if (await stage.SettleAsync(LabAddresses.Wan0, LabAddresses.Wan1, Patience, cancellationToken).ConfigureAwait(false) is null)
            {
                return ($"minion was not back on wan1 {Words.Seconds(Patience)} after the cut was mended", false);
            }

            return await FailAsync(stage, token => stage.Faults.SwallowAsync(LabAddresses.Wan1, token), SilentLimit, cancellationToken).ConfigureAwait(false);
        });

    public static DemoStep Return() => new(
        "wan1 is back",
        $"minion returns to wan1 after the hold-down of {Words.Seconds(HoldDown)} and within {Words.Seconds(ReturnLimit)}; no request fails",
        async (stage, cancellationToken) =>
        {
            await using ClientRun run = stage.Run(ClientOrder.Watch);
            await run.FirstAsync(s => s.User == DemoUser.Minion, Patience, cancellationToken).ConfigureAwait(false);
            long mended = TimeProvider.System.GetTimestamp();
            await stage.Faults.ReleaseAsync(cancellationToken).ConfigureAwait(false);
            ClientSample? back = await run.FirstAsync(
                s => s.User == DemoUser.Minion && s.Started >= mended && s.Succeeded && s.Link == LabAddresses.Wan1, Patience, cancellationToken).ConfigureAwait(false);
            await DemoStage.PauseAsync(500, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<ClientSample> after = [.. run.Samples.Where(s => s.Started >= mended)];
            if (back is null)
            {
                return ($"not back within {Words.Seconds(Patience)}", false);
            }

            TimeSpan took = TimeProvider.System.GetElapsedTime(mended, back.Ended);
            return ($"back after {Words.Seconds(took)}; {Words.Failed(after)}", took >= HoldDown && took <= ReturnLimit && after.All(s => s.Succeeded));
        });

    private static async Task<(string Measured, bool Pass)> FailAsync(
        DemoStage stage, Func<CancellationToken, Task> fail, TimeSpan limit, CancellationToken cancellationToken)
    {
        await using ClientRun run = stage.Run(ClientOrder.Watch);
        if (await run.FirstAsync(s => s.User == DemoUser.Minion && s.Link == LabAddresses.Wan1, Patience, cancellationToken).ConfigureAwait(false) is null)
        {
            return ("minion was not on wan1 to begin with", false);
        }

        await DemoStage.PauseAsync(500, cancellationToken).ConfigureAwait(false);

        // Taken before the tool that does it is even started, so that what is measured is too long rather than too short.
        long failedAt = TimeProvider.System.GetTimestamp();
        await fail(cancellationToken).ConfigureAwait(false);
        ClientSample? first = await run.FirstAsync(
            s => s.User == DemoUser.Minion && s.Started >= failedAt && s.Succeeded && s.Link == LabAddresses.Wan0, Patience, cancellationToken).ConfigureAwait(false);
        TrafficSnapshot moved = await stage.TrafficAsync(cancellationToken).ConfigureAwait(false);
        await DemoStage.PauseAsync(1000, cancellationToken).ConfigureAwait(false);
        Traffic later = (await stage.TrafficAsync(cancellationToken).ConfigureAwait(false)).Since(moved);
        IReadOnlyList<ClientSample> samples = run.Samples;
        if (first is null)
        {
            return ($"no request of minion succeeded on wan0 within {Words.Seconds(Patience)}", false);
        }

        TimeSpan took = TimeProvider.System.GetElapsedTime(failedAt, first.Ended);
        ClientSample[] minion = [.. samples.Where(s => s.User == DemoUser.Minion && s.Started > first.Ended)];
        int right = minion.Count(s => s.Succeeded && s.Link == LabAddresses.Wan0);
        ClientSample[] struck = [.. samples.Where(s => s.User == DemoUser.Minion && s.Ended >= failedAt && s.Started <= first.Ended)];
        ClientSample[] boss = [.. samples.Where(s => s.User == DemoUser.Boss)];
        return (
            $"first success {Words.Milliseconds(took)} after the failure, {struck.Count(s => !s.Succeeded)} of the {struck.Length} begun before it failed; then {right} of {minion.Length} on wan0 " +
            $"({Words.Percent(later.Share(DemoUser.Minion, LabAddresses.Wan0))} of the bytes); of boss {Words.Failed(boss)}",
            took <= limit && right == minion.Length && minion.Length > 0 && boss.All(s => s.Succeeded) && later.Share(DemoUser.Minion, LabAddresses.Wan0) >= 0.99);
    }
}
