using System.Diagnostics.Metrics;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using Clovisor.Hosting.Kubernetes.Following;
using static Clovisor.Hosting.Telemetry.TelemetryTag;

namespace Clovisor.Hosting.Telemetry;

/// <summary>What the host itself shows: configuration in force, health of its parts, requests that the session API did not take up.</summary>
internal sealed class HostInstruments
{
    private readonly Counter<long> _reloads;

    public HostInstruments(IMeterFactory meters, SnapshotStore store, HealthBoard health, TimeProvider time, CallerGate? gate = null, KubernetesPart? clusters = null)
    {
        Meter meter = meters.Create(ClovisorTelemetry.MeterName, ClovisorTelemetry.Version);
        meter.CreateObservableGauge<long>(
            "clovisor.configuration.revision", () => store.Current is { } snapshot ? [new Measurement<long>(snapshot.Revision)] : [], "{revision}", "The revision of the configuration in force; grows by one with each.");
        meter.CreateObservableGauge<double>(
            "clovisor.configuration.age",
            () => store.InForceSince is { } since ? [new Measurement<double>((time.GetUtcNow() - since).TotalSeconds)] : [],
            "s",
            "How long the configuration in force has been so.");
        _reloads = meter.CreateCounter<long>("clovisor.configuration.reloads", "{reload}", "Configurations that were new, the first included, by what became of them.");
        meter.CreateObservableGauge<double>(
            "clovisor.cluster.staleness",
            () => clusters?.Staleness().Select(static one => new Measurement<double>(one.Staleness.TotalSeconds, Of(Cluster, one.Cluster))) ?? [],
            "s",
            "For how long a cluster has not been followed; 0 while it is.");
        meter.CreateObservableUpDownCounter("clovisor.health.status", () => Levels(health), "1", "1 for how a part of the host is, 0 for the other levels.");
        meter.CreateObservableCounter(
            "clovisor.session_api.rejections",
            () => gate is null
                ? (IEnumerable<Measurement<long>>)[]
                : [new Measurement<long>(gate.Forbidden, Of(Rejection, "forbidden")), new Measurement<long>(gate.Busy, Of(Rejection, "busy")), new Measurement<long>(gate.Malformed, Of(Rejection, "malformed"))],
            "{request}",
            "Requests that the session API did not take up: of callers that it does not know, beyond what it does at a time, or no HTTP.");
    }

    /// <summary>A configuration that was new is in force, or was refused.</summary>
    internal void Reloaded(bool inForce) => _reloads.Add(1, Of(ReloadOutcome, inForce ? "in_force" : "refused"));

    private static IEnumerable<Measurement<long>> Levels(HealthBoard health) =>
        from part in health.Parts
        from level in TagText<HealthLevel>.All
        select new Measurement<long>(part.Level == level.Key ? 1 : 0, Of(Part, part.Name), Of(HealthLevelName, level.Value));
}
