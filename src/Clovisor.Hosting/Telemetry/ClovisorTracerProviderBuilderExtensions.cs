using Clovisor.Hosting.Telemetry;

namespace OpenTelemetry.Trace;

/// <summary>Adds Clovisor's traces to OpenTelemetry.</summary>
public static class ClovisorTracerProviderBuilderExtensions
{
    /// <summary>Exports a span for each report, with the decision and the entry into the kernel as its children. A caller's <c>traceparent</c> is taken up.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static TracerProviderBuilder AddClovisorInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource(ClovisorTelemetry.ActivitySourceName);
    }
}
