using System.Diagnostics.Metrics;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Sessions;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.Telemetry;

/// <summary>Counts decisions and times reports. Thread-safe; allocates nothing, and does next to nothing while nobody listens.</summary>
internal sealed class ReportInstruments
{
    // The promise is 100 µs for half of all reports and 1 ms for 99 of 100: both are bounds, with room to see how far off a miss is.
    private static readonly double[] Bounds = [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 1];

    private readonly TimeProvider _time;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _decisions;

    public ReportInstruments(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        Meter meter = meters.Create(ClovisorTelemetry.MeterName, ClovisorTelemetry.Version);
        _duration = meter.CreateHistogram(
            "clovisor.report.duration", "s", "From a report that was read to its session in the kernel, or to its refusal.", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Bounds });
        _decisions = meter.CreateCounter<long>("clovisor.classification.decisions", "{decision}", "Requests whose association was decided; without association where none applies.");
    }

    /// <summary>When a report was read; for <see cref="Reported"/>.</summary>
    internal long Begin() => _duration.Enabled ? _time.GetTimestamp() : 0;

    /// <summary>A report was answered.</summary>
    internal void Reported(in SessionOutcome outcome, long begun)
    {
        if (begun != 0 && _duration.Enabled)
        {
            _duration.Record(_time.GetElapsedTime(begun).TotalSeconds, TelemetryTag.Of(TelemetryTag.Outcome, TextOf(outcome)));
        }
    }

    /// <summary>A request was classified.</summary>
    internal void Decided(in ClassifiedRequest request)
    {
        if (!_decisions.Enabled)
        {
            return;
        }

        if (request.Association is { } association)
        {
            _decisions.Add(1, TelemetryTag.Of(TelemetryTag.Association, association));
        }
        else
        {
            _decisions.Add(1);
        }
    }

    private static string TextOf(in SessionOutcome outcome) => outcome switch
    {
        { Answer: { Keeps: not null } } => "kept",
        { Answer: { Association: null } } => "no_association",
        { Answer: { Link: null } } => "no_link",
        { Answer: not null } => "installed",
        { Status: StatusCodes.Status400BadRequest } => "invalid",
        { Status: StatusCodes.Status403Forbidden } => "forbidden",
        { Status: StatusCodes.Status429TooManyRequests } => "limited",
        _ => "unavailable",
    };
}
