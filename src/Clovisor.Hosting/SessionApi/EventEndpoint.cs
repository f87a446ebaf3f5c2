using System.IO.Pipelines;
using System.Text.Json;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Events;
using Clovisor.Hosting.Sessions;
using Clovisor.Hosting.Telemetry;
using Clovisor.Wan.Datapath;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// <c>GET /v1/events</c>: a line for each event of the datapath, from the head of the answer on, until the caller goes or the host stops. A caller that reads too slowly loses events, and is told how many.
/// </summary>
internal sealed class EventEndpoint(EventHub hub, CallerGate gate, TimeProvider time)
{
    private const string Lost = "lost";
    private const string Lines = "application/x-ndjson";

    // Lines leave at the latest after so many.
    private const int LinesAtOnce = 256;

    internal void Map(IEndpointRouteBuilder routes, CancellationToken stopping) =>
        routes.MapGet("/v1/events", (RequestDelegate)(context => AcceptAsync(context, stopping)));

    private async Task AcceptAsync(HttpContext context, CancellationToken stopping)
    {
        if (!gate.TryEnterStream())
        {
            context.Response.Headers.RetryAfter = "1";
            await ApiResponse.ErrorAsync(
                context, StatusCodes.Status503ServiceUnavailable, "", $"{gate.MostStreams} streams are open, which is half of MaxRequests and the most. Try again later.").ConfigureAwait(false);
            return;
        }

        try
        {
            using EventReader? reader = hub.TryOpen();
            if (reader is null)
            {
                await SessionEndpoints.RefuseAsync(context, SessionOutcome.NotReady).ConfigureAwait(false);
                return;
            }

            await SendAsync(context, reader, stopping).ConfigureAwait(false);
        }
        finally
        {
            gate.LeaveStream();
        }
    }

    private async Task SendAsync(HttpContext context, EventReader reader, CancellationToken stopping)
    {
        // Who does not read loses, and keeps its place.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } slow)
        {
            slow.MinDataRate = null;
        }

        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        context.Response.ContentType = Lines;
        CallerRule caller = CallerFilter.AccountOf(context).Rule;
        PipeWriter output = context.Response.BodyWriter;
        try
        {
            await context.Response.StartAsync(ends.Token).ConfigureAwait(false);
            await output.FlushAsync(ends.Token).ConfigureAwait(false);
            while (await reader.Events.WaitToReadAsync(ends.Token).ConfigureAwait(false))
            {
                for (int line = 0; line < LinesAtOnce && reader.Events.TryRead(out DatapathEvent? happened); line++)
                {
                    if (MayBeTold(caller, happened))
                    {
                        Write(output, ViewOf(happened));
                    }
                }

                if (reader.TakeLost() is > 0 and long lost)
                {
                    Write(output, new EventView { Time = time.GetUtcNow(), Kind = Lost, Lost = lost });
                }

                if ((await output.FlushAsync(ends.Token).ConfigureAwait(false)).IsCompleted)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The caller has gone, or the host stops: the connection says so by ending early.
            context.Abort();
        }
    }

    // Who may list a session is told of it; of a packet that was dropped on arrival the own end is its destination.
    internal static bool MayBeTold(CallerRule caller, DatapathEvent happened) =>
        caller.MaySpeakFor(happened.Tuple.Source.Address)
        || (happened.Kind == DatapathEventKind.Dropped && caller.MaySpeakFor(happened.Tuple.Destination.Address));

    private static EventView ViewOf(DatapathEvent happened) => new()
    {
        Time = happened.Time,
        Kind = TagText<DatapathEventKind>.Of(happened.Kind),
        Protocol = happened.Tuple.Protocol.ToString().ToLowerInvariant(),
        Source = happened.Tuple.Source.ToString(),
        Destination = happened.Tuple.Destination.ToString(),
        Association = happened.AssociationName,
        Link = happened.LinkName,
        WirePort = happened.WirePort,
        Reason = happened.Reason is { } reason ? TagText<DatapathReason>.Of(reason) : null,
        Interface = happened.InterfaceIndex,
    };

    private static void Write(PipeWriter output, EventView view)
    {
        JsonAnswer json = JsonAnswer.Begin();
        JsonSerializer.Serialize(json.Writer, view, ApiJson.Default.EventView);
        json.EndLine(output);
        json.Keep();
    }
}
