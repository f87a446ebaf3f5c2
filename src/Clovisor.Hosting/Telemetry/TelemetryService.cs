using Microsoft.Extensions.Hosting;

namespace Clovisor.Hosting.Telemetry;

/// <summary>Sees to it that the instruments exist while the host runs: nobody asks for those that are only observed.</summary>
internal sealed class TelemetryService(HostInstruments host, WanInstruments wan) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        GC.KeepAlive((host, wan));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
