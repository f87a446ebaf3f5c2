using Clovisor.Hosting.Telemetry;

namespace OpenTelemetry.Metrics;

/// <summary>Adds Clovisor's metrics to OpenTelemetry.</summary>
public static class ClovisorMeterProviderBuilderExtensions
{
    /// <summary>Exports links, probes, associations, sessions, datapath counters, reports, decisions, configuration and health of the host's Clovisor.</summary>
    /// <remarks>A collection reads the kernel's counters; sessions are counted by a walk over the kernel's map at most every 5 seconds.</remarks>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static MeterProviderBuilder AddClovisorInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(ClovisorTelemetry.MeterName);
    }
}
