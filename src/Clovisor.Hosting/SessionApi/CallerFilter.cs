using Clovisor.Hosting.Callers;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Clovisor.Hosting.SessionApi;

/// <summary>Before anything of a request is read: who is it, may it, and is there room.</summary>
internal sealed class CallerFilter(CallerGate gate)
{
    /// <summary>The account that the filter found.</summary>
    internal static CallerAccount AccountOf(HttpContext context) => context.Features.Get<CallerAccount>()!;

    internal async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!gate.TryEnter())
        {
            context.Response.Headers.RetryAfter = "1";
            await ApiResponse.ErrorAsync(
                context, StatusCodes.Status503ServiceUnavailable, "", "Too many requests are in work. Nothing was done; try again after the time in Retry-After.").ConfigureAwait(false);
            return;
        }

        try
        {
            if (Admit(context) is { } account)
            {
                context.Features.Set(account);
                await next(context).ConfigureAwait(false);
                return;
            }

            gate.CountForbidden();
            await RefuseAsync(context).ConfigureAwait(false);
        }
        finally
        {
            gate.Leave();
        }
    }

    private CallerAccount? Admit(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not { LocalEndPoint: System.Net.Sockets.UnixDomainSocketEndPoint } socket)
        {
            return gate.Admit(context.Request.Headers.Authorization.ToString());
        }

        // The kernel's answer holds for the connection's life, so it is asked for once.
        IConnectionItemsFeature? items = context.Features.Get<IConnectionItemsFeature>();
        if (items?.Items.TryGetValue(typeof(CallerAccount), out object? known) == true)
        {
            return (CallerAccount?)known;
        }

        CallerAccount? account = gate.Admit(socket);
        items?.Items[typeof(CallerAccount)] = account;
        return account;
    }

    // The rest of the connection is not wanted either: what a stranger still sends must not cost anything.
    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers.Connection = "close";
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { LocalEndPoint: System.Net.Sockets.UnixDomainSocketEndPoint } socket)
        {
            return ApiResponse.ErrorAsync(
                context,
                StatusCodes.Status403Forbidden,
                "",
                $"This caller ({CallerIdentity.Of(socket)}) fits no entry of Callers in the session API's options. Add its user, group or network namespace there.");
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return ApiResponse.ErrorAsync(
            context, StatusCodes.Status401Unauthorized, "", "Over TCP a request needs 'Authorization: Bearer' with the token of the host's token file. Local processes better use the unix socket.");
    }
}
