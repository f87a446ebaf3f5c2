using Clovisor.EdgeHost.Agent;
using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo.Steps;

/// <summary>The host dies in the middle of transfers; packets do not notice.</summary>
internal static class CrashStep
{
    private const long Rate = 1_500_000;
    private const long Size = 9_000_000;

    // A host that has to read two clusters takes longer to start, above all on a machine that runs their API servers too.
    private const long LongSize = 2 * Size;

    public static DemoStep Create() => new(
        "the host is killed with SIGKILL and started again",
        "running transfers of both users go on by their links while it is dead; started again it has taken over their sessions; new requests are steered again",
        RunAsync);

    private static async Task<(string Measured, bool Pass)> RunAsync(DemoStage stage, CancellationToken cancellationToken)
    {
        TrafficSnapshot begin = await stage.TrafficAsync(cancellationToken).ConfigureAwait(false);
        await using ClientRun run = stage.Run(new ClientOrder { Requests = 1, Download = stage.Settings.Clusters ? LongSize : Size, Rate = Rate });
        await DemoStage.PauseAsync(1200, cancellationToken).ConfigureAwait(false);
        await stage.KillAgentAsync(cancellationToken).ConfigureAwait(false);
        long killed = TimeProvider.System.GetTimestamp();
        TrafficSnapshot dead = await stage.TrafficAsync(cancellationToken).ConfigureAwait(false);
        await DemoStage.PauseAsync(2000, cancellationToken).ConfigureAwait(false);
        TrafficSnapshot late = await stage.TrafficAsync(cancellationToken).ConfigureAwait(false);
        TimeSpan dark = TimeProvider.System.GetElapsedTime(killed);
        TimeSpan ready = await stage.StartAgentAsync(cancellationToken).ConfigureAwait(false);
        IReadOnlyList<AgentSession> sessions = await stage.Agent.SessionsAsync(cancellationToken).ConfigureAwait(false);

        IReadOnlyList<ClientSample> transfers = await run.FinishAsync(cancellationToken).ConfigureAwait(false);
        TrafficSnapshot end = await stage.TrafficAsync(cancellationToken).ConfigureAwait(false);
        bool settled = await stage.SettleAsync(LabAddresses.Wan0, LabAddresses.Wan1, TimeSpan.FromSeconds(6), cancellationToken).ConfigureAwait(false) is not null;

        Traffic inTheDark = late.Since(dead);
        Traffic whole = end.Since(begin);
        int adopted = transfers.Count(t => sessions.Any(s => (s.TranslatedSource ?? s.Source) == t.Peer && s.Association == t.User));
        int finished = transfers.Count(t => t.Succeeded);
        bool kept = Moved(DemoUser.Boss, LabAddresses.Wan0) && Moved(DemoUser.Minion, LabAddresses.Wan1);
        return (
            $"in {Words.Seconds(dark)} without the host boss moved {Words.Megabytes(inTheDark.Total(DemoUser.Boss, LabAddresses.Wan0))} on wan0, " +
            $"minion {Words.Megabytes(inTheDark.Total(DemoUser.Minion, LabAddresses.Wan1))} on wan1; {finished} of 2 transfers finished; " +
            $"ready again after {Words.Milliseconds(ready)} with {adopted} of 2 sessions; new requests {(settled ? "steered" : "not steered")}",
            kept && finished == 2 && adopted == 2 && settled);

        // Two seconds at the transfers' pace, with room for a loaded machine.
        bool Moved(string user, LabLink link) =>
            inTheDark.Share(user, link) >= 0.99 && inTheDark.Down(user, link) >= Rate && whole.Share(user, link) >= 0.99;
    }
}
