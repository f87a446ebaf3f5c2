using System.Net;
using System.Net.Sockets;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Interop;
using Clovisor.Hosting.Sessions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Win32.SafeHandles;

namespace Clovisor.Hosting.SessionApi;

/// <summary>
/// <c>POST /v1/session/open</c>: answers when the caller's connections to a server that were being opened as it asked are open, or have failed. Envoy knows the 5-tuple of an upstream
/// connection only then; exact mode holds a request here until it can be reported.
/// </summary>
internal sealed class OpenEndpoint(TimeProvider time)
{
    // A round trip may take longer; the caller's own limit is shorter.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);

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
            // Where the kernel does not let us look, the caller learns nothing and goes on.
            using SafeFileHandle? space = Libc.OpenNamespaceOf(socket.SafeHandle);
            using SocketDiagnostics? diagnostics = SocketDiagnostics.Open(space, out _);
            if (diagnostics is not null)
            {
                await UntilOpenAsync(diagnostics, host, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task UntilOpenAsync(SocketDiagnostics diagnostics, IPEndPoint host, CancellationToken cancellationToken)
    {
        HashSet<int> waitedFor = [];
        HashSet<int> opening = [];
        bool known = diagnostics.TryFindOpening(host, waitedFor);
        for (long begun = time.GetTimestamp(); known && waitedFor.Count > 0 && time.GetElapsedTime(begun) < Limit;)
        {
            await Task.Delay(Step, time, cancellationToken).ConfigureAwait(false);
            opening.Clear();
            known = diagnostics.TryFindOpening(host, opening);

            // Those that began later are not this caller's.
            waitedFor.IntersectWith(opening);
        }
    }
}
