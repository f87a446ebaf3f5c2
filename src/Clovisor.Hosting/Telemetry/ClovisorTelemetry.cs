namespace Clovisor.Hosting.Telemetry;

/// <summary>The names that Clovisor's metrics and traces are published under.</summary>
/// <remarks>
/// Listen to them by <c>AddClovisorInstrumentation()</c> on OpenTelemetry's builders, or by <c>dotnet-counters</c> and any other listener of
/// <c>System.Diagnostics</c>. Nothing is read or recorded while nobody listens. <c>docs/telemetry.md</c> in the repository has every instrument and span.
/// </remarks>
public static class ClovisorTelemetry
{
    /// <summary>The meter of all instruments.</summary>
    public const string MeterName = "Clovisor.Hosting";

    /// <summary>The source of all spans.</summary>
    public const string ActivitySourceName = "Clovisor.Hosting";

    internal static string Version { get; } = typeof(ClovisorTelemetry).Assembly.GetName().Version!.ToString(3);
}
