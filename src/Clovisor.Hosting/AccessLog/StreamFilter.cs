using System.Net.Sockets;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.AccessLog;

/// <summary>Before anything of a log is read: who is it, may it, and is there room. A log lasts as long as its proxy, so it takes no place of a request.</summary>
internal sealed class StreamFilter(CallerGate gate, LiveOptions<SessionApiOptions> live)
{
    private int _streams;

    internal async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // gRPC says what these mean to its clients: PERMISSION_DENIED and UNAVAILABLE.
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not Socket socket || gate.Admit(socket) is not { } account)
        {
            gate.CountForbidden();
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _streams) > live.Current.MaxRequests)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            context.Features.Set(account);
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }
}
