using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Clovisor.Hosting.Health;

/// <summary>Puts the health board, or one part of it, before the host's own health checks.</summary>
internal sealed class ClovisorHealthCheck(HealthBoard board, string? only) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ImmutableArray<PartHealth> parts = [.. board.Parts.Where(part => only is null || part.Name == only)];
        HealthStatus status = HealthBoard.Worst(parts) switch
        {
            HealthLevel.Healthy => board.IsReady || only is not null ? HealthStatus.Healthy : HealthStatus.Unhealthy,
            HealthLevel.Degraded => HealthStatus.Degraded,
            _ => HealthStatus.Unhealthy,
        };
        string reasons = string.Join("; ", parts.SelectMany(part => part.Reasons.Select(reason => only is null ? $"{part.Name}: {reason}" : reason)));
        return Task.FromResult(new HealthCheckResult(status, reasons.Length > 0 ? reasons : null));
    }
}
