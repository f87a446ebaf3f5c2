using System.Diagnostics.Metrics;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Health;
using static Clovisor.Hosting.Telemetry.TelemetryTag;

namespace Clovisor.Hosting.Telemetry;

/// <summary>What the host itself shows: configuration in force, health of its parts, requests that the session API did not take up.</summary>
internal sealed class HostInstruments
{
    public HostInstruments(IMeterFactory meters, SnapshotStore store, HealthBoard health, TimeProvider time, CallerGate? gate = null)
    {
        Meter meter = meters.Create(ClovisorTelemetry.MeterName, ClovisorTelemetry.Version);
        meter.CreateObservableGauge<long>(
            "clovisor.configuration.revision", () => store.Current is { } snapshot ? [new Measurement<long>(snapshot.Revision)] : [], "{revision}", "The revision of the configuration in force; grows by one with each.");
        meter.CreateObservableGauge<double>(
            "clovisor.configuration.age",
            () => store.InForceSince is { } since ? [new Measurement<double>((time.GetUtcNow() - since).TotalSeconds)] : [],
            "s",
            "How long the configuration in force has been so.");
        meter.CreateObservableUpDownCounter("clovisor.health.status", () => Levels(health), "1", "1 for how a part of the host is, 0 for the other levels.");
        meter.CreateObservableCounter(
            "clovisor.session_api.rejections",
            () => gate is null
                ? (IEnumerable<Measurement<long>>)[]
                : [new Measurement<long>(gate.Forbidden, Of(Rejection, "forbidden")), new Measurement<long>(gate.Busy, Of(Rejection, "busy"))],
            "{request}",
            "Requests that the session API did not take up: of callers that it does not know, or beyond what it does at a time.");
    }

    private static IEnumerable<Measurement<long>> Levels(HealthBoard health) =>
        from part in health.Parts
        from level in TagText<HealthLevel>.All
        select new Measurement<long>(part.Level == level.Key ? 1 : 0, Of(Part, part.Name), Of(HealthLevelName, level.Value));
}
