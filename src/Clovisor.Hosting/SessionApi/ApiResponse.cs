using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.SessionApi;

/// <summary>Reading and writing of JSON, with errors that say where in the body they are.</summary>
internal static class ApiResponse
{
    /// <summary>Reads the body; answers 400, 413 or 415 itself and returns null when it cannot.</summary>
    internal static async Task<T?> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            T? body = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false);
            if (body is not null)
            {
                return body;
            }

            await ErrorAsync(context, StatusCodes.Status400BadRequest, "", "The body is null; an object is needed.").ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, e.Path ?? "", $"The body is not what is needed here: {e.Message}").ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            await ErrorAsync(context, e.StatusCode, "", e.Message).ConfigureAwait(false);
        }

        return null;
    }

    internal static Task WriteAsync<T>(HttpContext context, T body, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return JsonSerializer.SerializeAsync(context.Response.Body, body, type, context.RequestAborted);
    }

    internal static Task ErrorAsync(HttpContext context, int status, string field, string message) =>
        ErrorsAsync(context, status, [new ApiError(field, message)]);

    internal static Task ErrorsAsync(HttpContext context, int status, IReadOnlyList<ApiError> errors) =>
        WriteAsync(context, new ApiErrors(errors), ApiJson.Default.ApiErrors, status);
}
