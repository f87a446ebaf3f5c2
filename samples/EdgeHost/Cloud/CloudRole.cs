using System.Globalization;
using System.Net;
using Clovisor.EdgeHost.CommandLine;
using Clovisor.EdgeHost.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Clovisor.EdgeHost.Cloud;

/// <summary>The far side: downloads, uploads, and a record of every connection that can be asked for over a unix socket.</summary>
internal static class CloudRole
{
    /// <summary>The response header in which the server says whom it saw.</summary>
    public const string PeerHeader = "x-peer";

    public static IReadOnlyList<Option> Options { get; } =
    [
        new("--port", "PORT", "the port to serve on, all addresses, both families", "80"),
        new("--http2-port", "PORT", "a port for HTTP/2 without TLS; 0 for none", "0"),
        new("--mesh", "FOLDER", "serve as a pod of a mesh behind an east-west gateway, with the certificate of this folder: PROXY protocol, then mutual TLS"),
        new("--control", "PATH", "the unix socket that gives the records") { Required = true },
    ];

    public static async Task<int> RunAsync(Arguments arguments, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = RoleServer.CreateBuilder(kestrel =>
        {
            kestrel.ListenAnyIP(arguments.Count("--port"), listen =>
            {
                if (arguments.Find("--mesh") is { } folder)
                {
                    MeshListener.Configure(listen, folder);
                }
            });
            if (arguments.Count("--http2-port") is > 0 and var port)
            {
                kestrel.ListenAnyIP(port, listen => listen.Protocols = HttpProtocols.Http2);
            }

            kestrel.ListenUnixSocket(arguments.Get("--control"));
        });
        WebApplication app = builder.Build();
        var records = new ConnectionRecords();
        app.Run(context => context.Connection.RemoteIpAddress is null
            ? context.Response.WriteAsJsonAsync(records.Snapshot(), EdgeJson.Default.ConnectionRecordArray, cancellationToken: context.RequestAborted)
            : ServeAsync(context, records));
        await RoleServer.ServeAsync(app, cancellationToken).ConfigureAwait(false);
        return 0;
    }

    private static async Task ServeAsync(HttpContext context, ConnectionRecords records)
    {
        var peer = new IPEndPoint(Plain(context.Connection.RemoteIpAddress!), context.Connection.RemotePort);
        var service = new IPEndPoint(Plain(context.Connection.LocalIpAddress!), context.Connection.LocalPort);
        records.Note(context.Connection.Id, peer, service, context.Request.Headers["user"] is [{ } user, ..] ? user : "-");
        context.Response.Headers[PeerHeader] = peer.ToString();
        switch (context.Request.Method, context.Request.Path.Value?.Split('/'))
        {
            case ("GET", ["", "bytes", { } length]) when long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes):
                _ = long.TryParse(context.Request.Query["rate"], NumberStyles.None, CultureInfo.InvariantCulture, out long rate);
                context.Response.ContentLength = bytes;
                await Pattern.WriteAsync(context.Response.Body, bytes, rate, TimeProvider.System, context.RequestAborted).ConfigureAwait(false);
                break;

            case ("POST", ["", "upload"]):
                long received = await Pattern.CountAsync(context.Request.Body, context.RequestAborted).ConfigureAwait(false);
                await context.Response.WriteAsync(received.ToString(CultureInfo.InvariantCulture), context.RequestAborted).ConfigureAwait(false);
                break;

            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                await context.Response.WriteAsync("GET /bytes/N?rate=BYTES_PER_SECOND or POST /upload\n", context.RequestAborted).ConfigureAwait(false);
                break;
        }
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
