using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// <c>POST /v1/sessions/stream</c>: a report a line, as long as the caller likes, and for each a line of answer in the same order, as soon as it is known. A caller that does not read its answers, or
/// reports faster than it may, is read no further until it does: nothing is queued, and nothing refused for that.
/// </summary>
internal sealed class StreamEndpoint(SessionRegistry registry, CallerGate gate, LiveOptions<SessionApiOptions> options, TimeProvider time)
{
    internal const string Route = "/v1/sessions/stream";

    private const string Lines = "application/x-ndjson";

    // A report with the head of a request is far shorter; a line is held in memory until it is whole.
    private const int LinesInBody = 16;

    // A caller that has died without closing must not keep its place.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(10);

    // Answers leave at the latest after so many, so that a caller that waits for them sees them come.
    private const int AnswersAtOnce = 256;

    internal void Map(IEndpointRouteBuilder routes, CancellationToken stopping) =>
        routes.MapPost(Route, (RequestDelegate)(context => AcceptAsync(context, stopping)));

    private async Task AcceptAsync(HttpContext context, CancellationToken stopping)
    {
        if (!registry.IsReady)
        {
            await SessionEndpoints.RefuseAsync(context, SessionOutcome.NotReady).ConfigureAwait(false);
            return;
        }

        if (!gate.TryEnterStream())
        {
            context.Response.Headers.RetryAfter = "1";
            await ApiResponse.ErrorAsync(
                context, StatusCodes.Status503ServiceUnavailable, "", $"{gate.MostStreams} streams are open, which is half of MaxRequests and the most. Nothing was read; send batches, or try again later.").ConfigureAwait(false);
            return;
        }

        try
        {
            await AnswerAsync(context, stopping).ConfigureAwait(false);
        }
        finally
        {
            gate.LeaveStream();
        }
    }

    private async Task AnswerAsync(HttpContext context, CancellationToken stopping)
    {
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } slow)
        {
            slow.MinDataRate = null;
        }

        using CancellationTokenSource idle = new(IdleLimit, time);
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, stopping, context.RequestAborted);
        context.Response.ContentType = Lines;
        PipeReader input = context.Request.BodyReader;
        CallerAccount caller = CallerFilter.AccountOf(context);
        int longest = options.Current.MaxBodyBytes / LinesInBody;
        try
        {
            await context.Response.StartAsync(ends.Token).ConfigureAwait(false);
            await context.Response.BodyWriter.FlushAsync(ends.Token).ConfigureAwait(false);
            while (true)
            {
                idle.CancelAfter(IdleLimit);
                ReadResult read = await input.ReadAsync(ends.Token).ConfigureAwait(false);
                if (read.Buffer.Length > LongWork.Bytes)
                {
                    await Task.Yield();
                }

                (SequencePosition next, TimeSpan wait, bool goesOn) = Answer(read, context.Response.BodyWriter, caller, longest);
                bool isLast = !goesOn || (read.IsCompleted && wait == TimeSpan.Zero && read.Buffer.Slice(next).IsEmpty);
                bool isPartial = goesOn && wait == TimeSpan.Zero && !HasLine(read.Buffer.Slice(next));
                input.AdvanceTo(next, isPartial ? read.Buffer.End : next);
                FlushResult flushed = await context.Response.BodyWriter.FlushAsync(ends.Token).ConfigureAwait(false);
                if (isLast || flushed.IsCompleted)
                {
                    return;
                }

                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, time, ends.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The caller has gone, said nothing for long, or the host stops: what was answered is entered, and the connection says the rest by ending early.
            context.Abort();
        }
        catch (BadHttpRequestException e)
        {
            // The body is no chunked body any more: what follows cannot be found.
            caller.CountRefused();
            gate.CountMalformed();
            Write(context.Response.BodyWriter, new SessionAnswer { Revision = registry.Revision, Errors = [new ApiError("", e.Message)] });
            await context.Response.BodyWriter.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            context.Abort();
        }
    }

    private static bool HasLine(in ReadOnlySequence<byte> bytes) => bytes.PositionOf((byte)'\n') is not null;

    // Answers whole lines; stops where one is not whole yet, where the caller's credit is used up, or at a line that is too long.
    private (SequencePosition Next, TimeSpan Wait, bool GoesOn) Answer(in ReadResult read, PipeWriter output, CallerAccount caller, int longest)
    {
        ReadOnlySequence<byte> rest = read.Buffer;
        for (int answers = 0; answers < AnswersAtOnce; answers++)
        {
            SequencePosition? end = rest.PositionOf((byte)'\n');
            ReadOnlySequence<byte> line = end is { } at ? rest.Slice(0, at) : rest;
            if (line.Length > longest)
            {
                caller.CountRefused();
                registry.CountUnread();
                Write(output, new SessionAnswer { Revision = registry.Revision, Errors = [new ApiError("", $"A line is longer than {longest} bytes, a sixteenth of MaxBodyBytes. The stream ends here.")] });
                return (read.Buffer.End, TimeSpan.Zero, false);
            }

            // The last line needs no line feed.
            if (end is null && (!read.IsCompleted || line.IsEmpty))
            {
                return (rest.Start, TimeSpan.Zero, true);
            }

            if (!IsBlank(line))
            {
                if (!caller.TryTake(out TimeSpan wait))
                {
                    return (rest.Start, wait, true);
                }

                Write(output, AnswerTo(line, caller));
            }

            rest = end is { } next ? rest.Slice(rest.GetPosition(1, next)) : rest.Slice(rest.End);
        }

        return (rest.Start, TimeSpan.Zero, true);
    }

    private SessionAnswer AnswerTo(in ReadOnlySequence<byte> line, CallerAccount caller)
    {
        byte[]? copy = null;
        ReadOnlySpan<byte> json = line.FirstSpan;
        if (!line.IsSingleSegment)
        {
            copy = ArrayPool<byte>.Shared.Rent((int)line.Length);
            line.CopyTo(copy);
            json = copy.AsSpan(0, (int)line.Length);
        }

        try
        {
            SessionOutcome outcome = ApiResponse.TryParse(json, ApiJson.Default.SessionReport, out SessionReport? report, out ApiError? error)
                ? registry.ReportTaken(report!, caller)
                : registry.UnreadTaken(caller, error!, StatusCodes.Status400BadRequest);
            return outcome.Answer ?? new SessionAnswer { Revision = registry.Revision, Errors = outcome.Errors };
        }
        finally
        {
            if (copy is not null)
            {
                ArrayPool<byte>.Shared.Return(copy);
            }
        }
    }

    private static bool IsBlank(in ReadOnlySequence<byte> line) =>
        line.IsEmpty || (line.Length < 16 && line.ToArray().AsSpan().TrimStart(" \t\r"u8).IsEmpty);

    private static void Write(PipeWriter output, SessionAnswer answer)
    {
        JsonAnswer json = JsonAnswer.Begin();
        JsonSerializer.Serialize(json.Writer, answer, ApiJson.Default.SessionAnswer);
        json.EndLine(output);
        json.Keep();
    }
}
