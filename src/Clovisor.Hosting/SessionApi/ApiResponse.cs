using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.SessionApi;

/// <summary>Reading and writing of JSON, with errors that say where in the body they are.</summary>
internal static class ApiResponse
{
    /// <summary>Reads the body.</summary>
    /// <returns>What it says; or null with the reason and the status, 400 or 413, to refuse it with.</returns>
    internal static async ValueTask<(T? Value, ApiError? Error, int Status)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            using RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false);
            return TryParse(body.Bytes, type, out T? value, out ApiError? error) ? (value, null, 0) : (null, error, StatusCodes.Status400BadRequest);
        }
        catch (BadHttpRequestException e)
        {
            return (null, new ApiError("", e.Message), e.StatusCode);
        }
    }

    /// <summary>Reads JSON.</summary>
    internal static bool TryParse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, out T? value, out ApiError? error) where T : class
    {
        try
        {
            value = JsonSerializer.Deserialize(json, type);
            error = value is null ? new ApiError("", "The body is null; an object is needed.") : null;
        }
        catch (JsonException e)
        {
            value = null;
            error = Describe(e);
        }

        return error is null;
    }

    internal static ApiError Describe(JsonException e) => new(e.Path ?? "", $"The body is not what is needed here: {e.Message}");

    /// <summary>Answers with one object.</summary>
    internal static Task WriteAsync<T>(HttpContext context, T body, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        JsonAnswer answer = JsonAnswer.Begin();
        JsonSerializer.Serialize(answer.Writer, body, type);
        return answer.SendAsync(context, status);
    }

    internal static Task ErrorAsync(HttpContext context, int status, string field, string message) =>
        ErrorsAsync(context, status, [new ApiError(field, message)]);

    internal static Task ErrorsAsync(HttpContext context, int status, IReadOnlyList<ApiError> errors) =>
        WriteAsync(context, new ApiErrors(errors), ApiJson.Default.ApiErrors, status);
}
