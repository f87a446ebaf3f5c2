using Clovisor.EdgeHost.Client;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo.Steps;

/// <summary>What the same traffic does when nobody steers it.</summary>
internal static class BaselineStep
{
    private const long Size = 2_500_000;

    public static DemoStep Create() => new(
        "baseline without Clovisor", "every byte of both users on wan0", RunAsync);

    private static async Task<(string Measured, bool Pass)> RunAsync(DemoStage stage, CancellationToken cancellationToken)
    {
        TrafficSnapshot before = await stage.TrafficAsync(cancellationToken).ConfigureAwait(false);
        await using ClientRun run = stage.Run(new ClientOrder { Requests = 2, Download = Size, Upload = Size });
        IReadOnlyList<ClientSample> samples = await run.FinishAsync(cancellationToken).ConfigureAwait(false);
        Traffic traffic = (await stage.TrafficAsync(cancellationToken).ConfigureAwait(false)).Since(before);
        string measured = $"{Words.Megabytes(traffic.On(LabAddresses.Wan0))} on wan0, {Words.Megabytes(traffic.On(LabAddresses.Wan1))} on wan1, {Words.Failed(samples)}";
        return (measured, samples.All(s => s.Succeeded) && traffic.On(LabAddresses.Wan1) == 0 && traffic.On(LabAddresses.Wan0) > 8 * Size);
    }
}
