using System.Net;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Clovisor.EdgeHost.Telemetry;

/// <summary>How metrics, traces and logs of the agent leave it.</summary>
internal static class AgentTelemetry
{
    private const string VariablePrefix = "OTEL_";
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Serves metrics to Prometheus where an address is given, and sends metrics, traces and logs to a collector where OpenTelemetry's own variables name one.
    /// Without either, nothing is measured.
    /// </summary>
    /// <remarks>To be called before the parts are added: an address that is taken must stop the agent before it touches the kernel.</remarks>
    public static void AddTelemetry(this HostApplicationBuilder builder, IPEndPoint? prometheus)
    {
        bool collector = Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 };
        if (prometheus is null && !collector)
        {
            return;
        }

        builder.Configuration.AddInMemoryCollection(OwnVariables());
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(static resource => resource.AddService("clovisor", serviceInstanceId: Environment.MachineName).AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                // The runtime's own meter says what the agent takes of the node.
                metrics.AddClovisorInstrumentation().AddMeter("System.Runtime");
                if (prometheus is not null)
                {
                    metrics.AddPrometheusExporter();
                }

                if (collector)
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (collector)
        {
            telemetry.WithTracing(static traces => traces.AddClovisorInstrumentation().AddOtlpExporter());
            builder.Logging.AddOpenTelemetry(static logs => logs.AddOtlpExporter());
        }

        if (prometheus is not null)
        {
            builder.Services.AddSingleton<IHostedService>(services =>
                new PrometheusServer(prometheus, services.GetRequiredService<MeterProvider>(), services.GetRequiredService<ILoggerFactory>()));
        }
    }

    // The host reads no environment of its own, and OpenTelemetry asks the host's configuration.
    private static IEnumerable<KeyValuePair<string, string?>> OwnVariables() =>
        from System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables()
        let name = (string)variable.Key
        where name.StartsWith(VariablePrefix, StringComparison.Ordinal)
        select KeyValuePair.Create(name, (string?)variable.Value);
}
