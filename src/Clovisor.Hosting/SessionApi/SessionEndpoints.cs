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
    internal void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/sessions", (RequestDelegate)ReportAsync);
        routes.MapPost("/v1/sessions/batch", (RequestDelegate)ReportBatchAsync);
        routes.MapDelete("/v1/sessions", (RequestDelegate)RemoveAsync);
        routes.MapGet("/v1/sessions", (RequestDelegate)ListAsync);
    }

    private async Task ReportAsync(HttpContext context)
    {
        if (await ApiResponse.ReadAsync(context, ApiJson.Default.SessionReport).ConfigureAwait(false) is not { } report)
        {
            return;
        }

        SessionOutcome outcome = registry.Report(report, CallerFilter.AccountOf(context));
        if (outcome.Answer is { } answer)
        {
            await ApiResponse.WriteAsync(context, answer, ApiJson.Default.SessionAnswer).ConfigureAwait(false);
            return;
        }

        await RefuseAsync(context, outcome).ConfigureAwait(false);
    }

    private async Task ReportBatchAsync(HttpContext context)
    {
        if (await ApiResponse.ReadAsync(context, ApiJson.Default.SessionBatch).ConfigureAwait(false) is not { } batch)
        {
            return;
        }

        if (batch.Sessions is not { Count: > 0 } reports)
        {
            await ApiResponse.ErrorAsync(context, StatusCodes.Status400BadRequest, "sessions", "Missing or empty. List the sessions to report.").ConfigureAwait(false);
            return;
        }

        if (reports.Count > options.Current.MaxBatch)
        {
            await ApiResponse.ErrorAsync(
                context,
                StatusCodes.Status413PayloadTooLarge,
                "sessions",
                $"{reports.Count} sessions in one batch, the limit is {options.Current.MaxBatch}. Nothing was entered; send smaller batches.").ConfigureAwait(false);
            return;
        }

        // Each report stands alone: one that is wrong says so in its place and does not take the others down.
        List<SessionAnswer> answers = new(reports.Count);
        foreach (SessionReport report in reports)
        {
            SessionOutcome outcome = registry.Report(report, CallerFilter.AccountOf(context));
            answers.Add(outcome.Answer ?? new SessionAnswer { Revision = registry.Revision, Errors = outcome.Errors });
        }

        await ApiResponse.WriteAsync(context, new SessionBatchAnswer(answers), ApiJson.Default.SessionBatchAnswer).ConfigureAwait(false);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        if (await ApiResponse.ReadAsync(context, ApiJson.Default.SessionReport).ConfigureAwait(false) is not { } report)
        {
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

    private Task ListAsync(HttpContext context) =>
        registry.IsReady
            ? ApiResponse.WriteAsync(context, new SessionList(registry.List(CallerFilter.AccountOf(context))), ApiJson.Default.SessionList)
            : RefuseAsync(context, SessionOutcome.NotReady);

    internal static Task RefuseAsync(HttpContext context, SessionOutcome outcome)
    {
        if (outcome.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        return ApiResponse.ErrorsAsync(context, outcome.Status, outcome.Errors);
    }
}
