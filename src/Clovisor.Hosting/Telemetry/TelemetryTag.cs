namespace Clovisor.Hosting.Telemetry;

/// <summary>The attributes of instruments and spans. Those that OpenTelemetry names have its names.</summary>
internal static class TelemetryTag
{
    internal const string Link = "clovisor.link.name";
    internal const string LinkStateName = "clovisor.link.state";
    internal const string Association = "clovisor.association.name";
    internal const string SelectionReasonName = "clovisor.selection.reason";
    internal const string SlaClassName = "clovisor.sla.name";
    internal const string SlaVerdictName = "clovisor.sla.verdict";
    internal const string ProbeState = "clovisor.probe.state";
    internal const string DatapathReasonName = "clovisor.datapath.reason";
    internal const string EventBufferName = "clovisor.event.buffer";
    internal const string Outcome = "clovisor.report.outcome";
    internal const string Route = "clovisor.route.name";
    internal const string Revision = "clovisor.configuration.revision";
    internal const string Part = "clovisor.part.name";
    internal const string HealthLevelName = "clovisor.health.level";
    internal const string ReloadOutcome = "clovisor.reload.outcome";
    internal const string Cluster = "clovisor.cluster.name";
    internal const string Links = "clovisor.configuration.links";
    internal const string Associations = "clovisor.configuration.associations";
    internal const string Rejection = "clovisor.rejection.reason";

    internal const string HttpMethod = "http.request.method";
    internal const string HttpRoute = "http.route";
    internal const string HttpStatus = "http.response.status_code";
    internal const string PeerAddress = "network.peer.address";
    internal const string NetworkType = "network.type";
    internal const string Transport = "network.transport";
    internal const string SourceAddress = "source.address";
    internal const string SourcePort = "source.port";
    internal const string DestinationAddress = "destination.address";
    internal const string DestinationPort = "destination.port";
    internal const string ErrorType = "error.type";

    internal static KeyValuePair<string, object?> Of(string name, object? value) => new(name, value);
}
