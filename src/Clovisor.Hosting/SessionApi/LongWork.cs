using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// Middleware: requests that may take long leave the thread that waits for all connections. Those that report one session or ask for one class stay there: it is faster than any other thread would be
/// awake.
/// </summary>
internal static class LongWork
{
    /// <summary>What is read of a body of more bytes leaves it too.</summary>
    internal const int Bytes = 8192;

    internal static Task InvokeAsync(HttpContext context, RequestDelegate next) => IsShort(context.Request) ? next(context) : LeaveAsync(context, next);

    private static bool IsShort(HttpRequest request) => HttpMethods.IsPost(request.Method) && request.Path.Value is "/v1/session" or "/v1/sessions";

    private static async Task LeaveAsync(HttpContext context, RequestDelegate next)
    {
        await Task.Yield();
        await next(context).ConfigureAwait(false);
    }
}
