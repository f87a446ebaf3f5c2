using System.Diagnostics;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Classification;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Sessions;
using Clovisor.Hosting.Telemetry;
using Clovisor.Istio.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// <c>POST /v1/session</c>: what Envoy's Lua filter asks before a request has a connection. The answer names the class, and the proxy's own connections carry it.
/// A message that names the proxy's own connection enters its session as well.
/// </summary>
internal sealed class ClassEndpoint(
    SnapshotStore store, RequestClassifier classifier, ServerNameClassifier serverNames, SessionRegistry registry, ReportInstruments instruments)
{
    /// <summary>The header of the answer, and of the request that the proxy routes by.</summary>
    internal const string ClassHeader = "x-clv-class";

    /// <summary>The link of a session that was entered.</summary>
    internal const string LinkHeader = "x-clv-link";

    internal const string RevisionHeader = "x-clv-revision";

    // Beyond what Lua sends for the fields of any sensible set of rules; the filter cuts each value at 2,048 bytes.
    private const int LargestMessage = 262_144;

    /// <summary>The header by which the server knows its own requests of <see cref="WarmUpToken"/>; what it holds nobody else knows.</summary>
    internal const string WarmUpHeader = "x-clv-warm-up";

    /// <summary>Set while the server warms up: requests that carry it are answered and not counted.</summary>
    internal string? WarmUpToken { get; set; }

    internal void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/session", (RequestDelegate)AskAsync);

    private async Task AskAsync(HttpContext context)
    {
        CallerAccount caller = CallerFilter.AccountOf(context);
        if (IsWarmUp(context))
        {
            await AnswerAsync(context, caller, counted: false).ConfigureAwait(false);
            return;
        }

        registry.CountUnread();
        if (!caller.TryTake())
        {
            await SessionEndpoints.RefuseAsync(
                context, SessionOutcome.TooMany($"More than {caller.ReportsPerSecond} reports in a second from this caller ({caller.Identity}).")).ConfigureAwait(false);
            return;
        }

        await AnswerAsync(context, caller, counted: true).ConfigureAwait(false);
    }

    private bool IsWarmUp(HttpContext context) => WarmUpToken is { } token && context.Request.Headers[WarmUpHeader] == token;

    private async Task AnswerAsync(HttpContext context, CallerAccount caller, bool counted)
    {
        if (store.Current is not { } snapshot)
        {
            await SessionEndpoints.RefuseAsync(context, SessionOutcome.NotReady).ConfigureAwait(false);
            return;
        }

        (HeadMessage? message, ApiError? error, int status) = await ReadAsync(context).ConfigureAwait(false);
        if (message is null)
        {
            caller.CountRefused();
            await ApiResponse.ErrorsAsync(context, status, [error!]).ConfigureAwait(false);
            return;
        }

        if (message.Peer is { } peer && !caller.Rule.MaySpeakFor(peer.Address))
        {
            caller.CountRefused();
            await ApiResponse.ErrorAsync(
                context, StatusCodes.Status403Forbidden, "peer", $"This caller ({caller.Identity}) may not speak for {peer.Address}; its entry in Callers allows {string.Join(", ", caller.Rule.Sources)}.").ConfigureAwait(false);
            return;
        }

        ClassifiedRequest classified = ClassOf(snapshot, message, counted);
        if (message.Upstream is not null)
        {
            await EnterAsync(context, caller, message, classified).ConfigureAwait(false);
            return;
        }

        Answer(context, classified);
    }

    private static void Answer(HttpContext context, in ClassifiedRequest classified)
    {
        context.Response.Headers[RevisionHeader] = classified.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (classified.Association is not { } association)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        context.Response.Headers[ClassHeader] = association;
        context.Response.ContentLength = 0;
    }

    // The connection exists: its session is entered as one of /v1/sessions is.
    private async Task EnterAsync(HttpContext context, CallerAccount caller, HeadMessage message, ClassifiedRequest classified)
    {
        List<ApiError> errors = [];
        SessionReport report = new() { Protocol = "tcp", Source = message.Upstream!.ToString(), Destination = message.Host!.ToString() };
        if (ReportValidation.Tuple(report, errors) is not { } session)
        {
            caller.CountRefused();
            await ApiResponse.ErrorsAsync(context, StatusCodes.Status400BadRequest, errors).ConfigureAwait(false);
            return;
        }

        SessionOutcome outcome = registry.Enter(session, classified, caller);
        if (outcome.Answer is not { } answer)
        {
            await SessionEndpoints.RefuseAsync(context, outcome).ConfigureAwait(false);
            return;
        }

        if (answer.Link is { } link)
        {
            context.Response.Headers[LinkHeader] = link;
        }

        Answer(context, classified);
    }

    private ClassifiedRequest ClassOf(ClovisorSnapshot snapshot, HeadMessage message, bool counted)
    {
        RequestFields fields = snapshot.Fields;
        foreach (string cut in message.Cut)
        {
            bool decides = cut switch
            {
                "a" or "sni" => true,
                "m" => fields.Method,
                "p" => fields.Path || !fields.QueryParameters.IsEmpty,
                _ => cut.StartsWith("h.", StringComparison.Ordinal) && fields.Headers.Contains(cut[2..]),
            };
            if (decides)
            {
                // What was cut off could decide otherwise: unknown is the default association.
                return new ClassifiedRequest { Revision = snapshot.Revision };
            }
        }

        using Activity? span = ReportSpan.Step(ReportSpan.Decision);
        RequestFacts facts = new((byte)System.Net.Sockets.ProtocolType.Tcp, message.Upstream ?? message.Peer, message.Host ?? message.Destination);
        ClassifiedRequest classified = message.ServerName is { } name
            ? serverNames.Classify(snapshot, facts, name)
            : classifier.Classify(snapshot, message.Destination!.Port, RequestOf(message), facts);
        if (counted)
        {
            instruments.Decided(classified);
        }

        span.Decided(classified);
        return classified;
    }

    private static RouteRequest RequestOf(HeadMessage message) => new()
    {
        Method = message.Method.Length > 0 ? message.Method : "GET",
        Authority = message.Authority,
        Path = message.Path.Length > 0 ? message.Path : "/",
        Scheme = "",
        Headers = message.Headers as RouteHeader[] ?? [.. message.Headers],
    };

    internal static async ValueTask<(HeadMessage? Message, ApiError? Error, int Status)> ReadAsync(HttpContext context)
    {
        try
        {
            using RequestBody body = await RequestBody.ReadAsync(context, LargestMessage).ConfigureAwait(false);
            return (HeadMessage.Read(body.Bytes, out ApiError? error), error, StatusCodes.Status400BadRequest);
        }
        catch (BadHttpRequestException e)
        {
            return (null, new ApiError("", e.Message), e.StatusCode);
        }
    }
}
