using Clovisor.EdgeHost.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Clovisor.EdgeHost.EnvoyReport;

/// <summary>A host that is ill: it answers 500, or after a second; its access log service does the same.</summary>
internal sealed class StubAgent : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubAgent(WebApplication app) => _app = app;

    public static async Task<StubAgent> StartAsync(string socket, string logSocket, bool slow, CancellationToken cancellationToken)
    {
        File.Delete(socket);
        File.Delete(logSocket);
        WebApplication app = RoleServer.CreateBuilder(kestrel =>
        {
            kestrel.ListenUnixSocket(socket);
            kestrel.ListenUnixSocket(logSocket, listen => listen.Protocols = HttpProtocols.Http2);
        }).Build();
        app.Run(async context =>
        {
            if (slow)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            context.Response.StatusCode = slow ? StatusCodes.Status204NoContent : StatusCodes.Status500InternalServerError;
        });
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        return new StubAgent(app);
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new(TimeSpan.Zero);
        await _app.StopAsync(now.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
