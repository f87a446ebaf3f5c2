using Clovisor.EdgeHost.CommandLine;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;

namespace Clovisor.EdgeHost.Transport;

/// <summary>What the roles that serve HTTP have in common.</summary>
internal static class RoleServer
{
    /// <summary>Written to the output when requests are taken.</summary>
    public const string ReadyLine = "ready";

    public static WebApplicationBuilder CreateBuilder(Action<KestrelServerOptions> listen)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();

        LogToErrors(builder.Logging);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // Paced transfers are slower than the defaults allow, and bigger.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.AddServerHeader = false;
            listen(kestrel);
        });
        return builder;
    }

    /// <summary>The output belongs to the role; what is logged goes where errors go.</summary>
    public static void LogToErrors(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(format => format.SingleLine = true);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Clovisor", LogLevel.Information);

        // A failure to start is told by the role itself, in words and without a stack trace.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
    }

    public static async Task ServeAsync(WebApplication app, CancellationToken cancellationToken)
    {
        ParentGuard.Watch();
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw EdgeHostException.From("cannot start serving", e);
        }

        await Console.Out.WriteLineAsync(ReadyLine).ConfigureAwait(false);
        await app.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
    }
}
