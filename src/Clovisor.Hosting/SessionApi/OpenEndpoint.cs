using System.Net.Sockets;
using Clovisor.Hosting.Callers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// <c>POST /v1/session/open</c>: answers when the caller's connections to a server that were being opened as it asked are open, or have failed. Envoy knows the 5-tuple of an upstream
/// connection only then; exact mode holds a request here until it can be reported.
/// </summary>
internal sealed class OpenEndpoint(OpeningWatch watch)
{
    internal void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/session/open", (RequestDelegate)WaitAsync);

    private async Task WaitAsync(HttpContext context)
    {
        CallerAccount caller = CallerFilter.AccountOf(context);
        (HeadMessage? message, ApiError? error, int status) = await ClassEndpoint.ReadAsync(context).ConfigureAwait(false);
        if (message?.Host is not { } host)
        {
            caller.CountRefused();
            await ApiResponse.ErrorsAsync(context, message is null ? status : StatusCodes.Status400BadRequest, [error ?? new ApiError("host", "Missing. Say the address and port of the server.")]).ConfigureAwait(false);
            return;
        }

        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { LocalEndPoint: UnixDomainSocketEndPoint } socket)
        {
            await watch.WaitAsync(socket.SafeHandle, host, context.RequestAborted).ConfigureAwait(false);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
