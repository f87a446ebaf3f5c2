using System.Net;
using Clovisor.EdgeHost.Tests.Agent;
using Clovisor.EdgeHost.Tests.Telemetry.Otlp;
using Clovisor.Testing;
using Google.Protobuf.Collections;

namespace Clovisor.EdgeHost.Tests.Telemetry;

/// <summary>The built agent sends to a collector, which takes OTLP as any collector does.</summary>
public sealed class OtlpTests
{
    private static readonly string[] Variables =
    [
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
        "OTEL_METRIC_EXPORT_INTERVAL=500", "OTEL_BSP_SCHEDULE_DELAY=200", "OTEL_BLRP_SCHEDULE_DELAY=200",
    ];

    [KernelFact]
    public async Task A_collector_gets_traces_metrics_and_logs_of_a_report()
    {
        OtlpReceiver? started = null;
        await using AgentLab lab = await AgentLab.StartAsync(
            "agent", null, async names => started = await OtlpReceiver.StartAsync(names.Edge, IPEndPoint.Parse("127.0.0.1:4317")), Variables);
        await using OtlpReceiver collector = started!;
        Assert.Equal("wan1", (await lab.ReportAsync("minion", 41_000)).Link);

        await AgentLab.EventuallyAsync(() => Task.FromResult(SpansOf(collector).Any(span => span.Name == "POST /v1/sessions")), "the span of the request arrives");
        Span request = Assert.Single(SpansOf(collector), span => span.Name == "POST /v1/sessions");
        Span[] spans = [.. SpansOf(collector).Where(span => span.TraceId == request.TraceId)];
        Assert.Equal((2, "200"), (request.Kind, Text(request.Attributes, "http.response.status_code")));
        Span classify = Assert.Single(spans, span => span.Name == "clovisor.classify");
        Span install = Assert.Single(spans, span => span.Name == "clovisor.install");
        Assert.All([classify, install], child => Assert.Equal((request.TraceId, request.SpanId), (child.TraceId, child.ParentSpanId)));
        Assert.Equal(("minion", "wan1"), (Text(classify.Attributes, "clovisor.association.name"), Text(install.Attributes, "clovisor.link.name")));

        await AgentLab.EventuallyAsync(() => Task.FromResult(PointsOf(collector, "clovisor.session.count").Any(point => Text(point.Attributes, "clovisor.association.name") == "minion" && point.Value == 1)), "the session is counted");
        await AgentLab.EventuallyAsync(() => Task.FromResult(PointsOf(collector, "clovisor.report.duration").Any(point => Text(point.Attributes, "clovisor.report.outcome") == "installed" && point.Value == 1)), "the report is timed");
        await AgentLab.EventuallyAsync(
            () => Task.FromResult(PointsOf(collector, "clovisor.link.status").Any(point => Text(point.Attributes, "clovisor.link.name") == "wan1" && Text(point.Attributes, "clovisor.link.state") == "up" && point.Value == 1)),
            "the link is up");

        await AgentLab.EventuallyAsync(
            () => Task.FromResult(collector.Logs.SelectMany(logs => logs.ScopeLogs).SelectMany(scope => scope.LogRecords).Any(record => record.Body.StringValue.StartsWith("Plan in force", StringComparison.Ordinal))),
            "what the agent logs arrives");
        Assert.All(
            collector.Spans.Select(of => of.Resource).Concat(collector.Metrics.Select(of => of.Resource)).Concat(collector.Logs.Select(of => of.Resource)),
            resource => Assert.Equal("clovisor", Text(resource.Attributes, "service.name")));
    }

    private static IEnumerable<Span> SpansOf(OtlpReceiver collector) =>
        collector.Spans.SelectMany(resource => resource.ScopeSpans).Where(scope => scope.Scope.Name == "Clovisor.Hosting").SelectMany(scope => scope.Spans);

    private static IEnumerable<(RepeatedField<KeyValue> Attributes, double Value)> PointsOf(OtlpReceiver collector, string name) =>
        from resource in collector.Metrics
        from scope in resource.ScopeMetrics
        from metric in scope.Metrics
        where metric.Name == name
        from point in metric.DataCase == Metric.DataOneofCase.Histogram
            ? metric.Histogram.DataPoints.Select(point => (point.Attributes, (double)point.Count))
            : (metric.Gauge ?? metric.Sum).DataPoints.Select(point => (point.Attributes, point.ValueCase == NumberPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble))
        select point;

    private static string? Text(RepeatedField<KeyValue> attributes, string name) => attributes.FirstOrDefault(attribute => attribute.Key == name)?.Value switch
    {
        { ValueCase: AnyValue.ValueOneofCase.IntValue } value => value.IntValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
        { } value => value.StringValue,
        null => null,
    };
}
