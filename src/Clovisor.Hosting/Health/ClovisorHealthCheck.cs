using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Clovisor.Hosting.Health;

/// <summary>Puts the health board before the host's own health checks.</summary>
internal sealed class ClovisorHealthCheck(HealthBoard board) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        HealthStatus status = board.Level switch
        {
            HealthLevel.Healthy => board.IsReady ? HealthStatus.Healthy : HealthStatus.Unhealthy,
            HealthLevel.Degraded => HealthStatus.Degraded,
            _ => HealthStatus.Unhealthy,
        };
        string reasons = string.Join("; ", board.Parts.SelectMany(part => part.Reasons.Select(reason => $"{part.Name}: {reason}")));
        return Task.FromResult(new HealthCheckResult(status, reasons.Length > 0 ? reasons : null));
    }
}
