using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Sessions;
using Clovisor.Wan.Datapath;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Clovisor.Hosting.SessionApi;

/// <summary><c>/v1/sessions</c>: report one, report many, take one back, list them.</summary>
internal sealed class SessionEndpoints(SessionRegistry registry, LiveOptions<SessionApiOptions> options)
{
    private const int PieceOfList = 16_384;

    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/sessions", (RequestDelegate)ReportAsync);
        routes.MapPost("/v1/sessions/batch", (RequestDelegate)ReportBatchAsync);
        routes.MapDelete("/v1/sessions", (RequestDelegate)RemoveAsync);
        routes.MapGet("/v1/sessions", (RequestDelegate)ListAsync);
    }

    private async Task ReportAsync(HttpContext context)
    {
        CallerAccount caller = CallerFilter.AccountOf(context);
        (SessionReport? report, ApiError? error, int status) = await ApiResponse.ReadAsync(context, ApiJson.Default.SessionReport).ConfigureAwait(false);
        SessionOutcome outcome = report is null ? registry.Unread(caller, error!, status) : registry.Report(report, caller);
        await (outcome.Answer is { } answer ? ApiResponse.WriteAsync(context, answer, ApiJson.Default.SessionAnswer) : RefuseAsync(context, outcome)).ConfigureAwait(false);
    }

    private async Task ReportBatchAsync(HttpContext context)
    {
        CallerAccount caller = CallerFilter.AccountOf(context);
        ApiError? error;
        int status = StatusCodes.Status400BadRequest;
        try
        {
            using RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
            if (TryReportAll(body.Bytes, caller, out JsonAnswer? answer, out error, ref status))
            {
                await answer!.SendAsync(context, StatusCodes.Status200OK).ConfigureAwait(false);
                return;
            }
        }
        catch (BadHttpRequestException e)
        {
            (error, status) = (new ApiError("", e.Message), e.StatusCode);
        }

        await RefuseAsync(context, registry.Unread(caller, error!, status)).ConfigureAwait(false);
    }

    private bool TryReportAll(ReadOnlySpan<byte> json, CallerAccount caller, out JsonAnswer? answer, out ApiError? error, ref int status)
    {
        answer = null;
        int most = options.Current.MaxBatch;
        using var batch = BatchBody.Read(json, most, out error);
        if (error is not null)
        {
            return false;
        }

        if (batch.Count > most)
        {
            status = StatusCodes.Status413PayloadTooLarge;
            error = new ApiError("sessions", $"{batch.Count} sessions in one batch, the limit is {most}. Nothing was entered; send smaller batches.");
            return false;
        }

        answer = JsonAnswer.Begin();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("sessions"u8);
        for (int place = 0; place < batch.Count; place++)
        {
            JsonSerializer.Serialize(answer.Writer, AnswerTo(batch[place], caller, place), ApiJson.Default.SessionAnswer);
        }

        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        return true;
    }

    // Each report of many stands alone: one that is wrong says so in its place and does not take the others down.
    private SessionAnswer AnswerTo(ReadOnlySpan<byte> json, CallerAccount caller, int place)
    {
        if (!ApiResponse.TryParse(json, ApiJson.Default.SessionReport, out SessionReport? report, out ApiError? error))
        {
            ApiError placed = error! with { Field = string.Create(CultureInfo.InvariantCulture, $"sessions[{place}]{error.Field.TrimStart('$')}") };
            SessionOutcome unread = registry.Unread(caller, placed, StatusCodes.Status400BadRequest);
            return new SessionAnswer { Revision = registry.Revision, Errors = unread.Errors };
        }

        SessionOutcome outcome = registry.Report(report!, caller);
        return outcome.Answer ?? new SessionAnswer { Revision = registry.Revision, Errors = outcome.Errors };
    }

    private async Task RemoveAsync(HttpContext context)
    {
        (SessionReport? report, ApiError? error, int status) = await ApiResponse.ReadAsync(context, ApiJson.Default.SessionReport).ConfigureAwait(false);
        if (report is null)
        {
            await RefuseAsync(context, registry.Unread(CallerFilter.AccountOf(context), error!, status)).ConfigureAwait(false);
            return;
        }

        List<ApiError> errors = [];
        SessionTuple? tuple = ReportValidation.Tuple(report, errors);
        if (tuple is not { } session)
        {
            await ApiResponse.ErrorsAsync(context, StatusCodes.Status400BadRequest, errors).ConfigureAwait(false);
        }
        else if (!registry.IsReady)
        {
            await RefuseAsync(context, SessionOutcome.NotReady).ConfigureAwait(false);
        }
        else if (registry.Remove(session, CallerFilter.AccountOf(context)) is { } refusal)
        {
            await RefuseAsync(context, refusal).ConfigureAwait(false);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    // Hundreds of thousands may be listed: they leave as they are read.
    private async Task ListAsync(HttpContext context)
    {
        if (!registry.IsReady)
        {
            await RefuseAsync(context, SessionOutcome.NotReady).ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        PipeWriter output = context.Response.BodyWriter;
        Utf8JsonWriter json = new(output);
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            json.WriteStartArray("sessions"u8);
            long flushedTo = 0;
            foreach (SessionView session in registry.List(CallerFilter.AccountOf(context)))
            {
                JsonSerializer.Serialize(json, session, ApiJson.Default.SessionView);
                if (json.BytesPending + json.BytesCommitted - flushedTo > PieceOfList)
                {
                    await json.FlushAsync(context.RequestAborted).ConfigureAwait(false);
                    await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
                    flushedTo = json.BytesCommitted;
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    internal static Task RefuseAsync(HttpContext context, SessionOutcome outcome)
    {
        if (outcome.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        return ApiResponse.ErrorsAsync(context, outcome.Status, outcome.Errors);
    }
}
