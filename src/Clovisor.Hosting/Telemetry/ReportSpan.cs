using System.Diagnostics;
using System.Globalization;
using Clovisor.Hosting.Classification;
using Clovisor.Wan.Datapath;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.Telemetry;

/// <summary>The spans of a report: the request, the decision, the entry into the kernel. All null, and free, while nobody listens.</summary>
internal static class ReportSpan
{
    internal const string Decision = "clovisor.classify";
    internal const string Entry = "clovisor.install";

    private const string AskRoute = "/v1/session";
    private const string SessionRoute = "/v1/sessions";
    private const string BatchRoute = "/v1/sessions/batch";
    private const string StreamRoute = SessionApi.StreamEndpoint.Route;

    private static readonly ActivitySource Source = new(ClovisorTelemetry.ActivitySourceName, ClovisorTelemetry.Version);

    /// <summary>Middleware: a span for each request that reports or asks, from before anything of it is judged until it is answered.</summary>
    internal static Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        Source.HasListeners() && RouteOf(context) is { } route ? WithSpanAsync(context, route, next) : next(context);

    private static async Task WithSpanAsync(HttpContext context, string route, RequestDelegate next)
    {
        ActivityContext parent = default;
        if (Activity.Current is null or { Source.Name: "" })
        {
            // The web server makes an activity for its log that nobody exports: a span under it would be an orphan.
            Activity.Current = null;
            IHeaderDictionary headers = context.Request.Headers;
            ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out parent);
        }

        using Activity? activity = Source.StartActivity($"{context.Request.Method} {route}", ActivityKind.Server, parent);
        activity?.SetTag(TelemetryTag.HttpMethod, context.Request.Method).SetTag(TelemetryTag.HttpRoute, route);
        await next(context).ConfigureAwait(false);
        int status = context.Response.StatusCode;
        activity?.SetTag(TelemetryTag.HttpStatus, status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            activity?.SetStatus(ActivityStatusCode.Error).SetTag(TelemetryTag.ErrorType, status.ToString(CultureInfo.InvariantCulture));
        }
    }

    // A path that a caller made up must not become the name of a span.
    private static string? RouteOf(HttpContext context) => context.Request.Path.Value switch
    {
        _ when !HttpMethods.IsPost(context.Request.Method) => null,
        AskRoute => AskRoute,
        SessionRoute => SessionRoute,
        BatchRoute => BatchRoute,
        StreamRoute => StreamRoute,
        _ => null,
    };

    /// <summary>Begins a step of the report at hand. Those of a batch or a stream have no steps: thousands of spans would be no news.</summary>
    internal static Activity? Step(string name) =>
        Activity.Current is { Kind: ActivityKind.Server } report && ReferenceEquals(report.Source, Source) && !report.DisplayName.EndsWith(BatchRoute, StringComparison.Ordinal) && !report.DisplayName.EndsWith(StreamRoute, StringComparison.Ordinal)
            ? Source.StartActivity(name)
            : null;

    internal static void Decided(this Activity? activity, in ClassifiedRequest request) =>
        activity?.SetTag(TelemetryTag.Route, request.Route).SetTag(TelemetryTag.Association, request.Association).SetTag(TelemetryTag.Revision, request.Revision);

    internal static void Entered(this Activity? activity, in SessionTuple session, string? link) => activity?
        .SetTag(TelemetryTag.Link, link)
        .SetTag(TelemetryTag.Transport, session.Protocol == System.Net.Sockets.ProtocolType.Tcp ? "tcp" : "udp")
        .SetTag(TelemetryTag.SourceAddress, session.Source.Address.ToString())
        .SetTag(TelemetryTag.SourcePort, session.Source.Port)
        .SetTag(TelemetryTag.DestinationAddress, session.Destination.Address.ToString())
        .SetTag(TelemetryTag.DestinationPort, session.Destination.Port);
}
