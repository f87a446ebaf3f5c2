using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Demo;

/// <summary>Shows the counters while the steps run.</summary>
internal sealed class TrafficMonitor : IAsyncDisposable
{
    private static readonly TrafficSnapshot Nothing = new([], []);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _watching;

    public TrafficMonitor(DemoStage stage) => _watching = stage.View.WantsTraffic ? WatchAsync(stage) : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync(DemoStage stage)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
        {
            try
            {
                stage.View.Show((await stage.TrafficAsync(_stop.Token).ConfigureAwait(false)).Since(Nothing));
            }
            catch (Exception e) when (e is LabException or HttpRequestException)
            {
                // The next look may succeed; nothing is decided by what is shown.
            }
        }
    }
}
