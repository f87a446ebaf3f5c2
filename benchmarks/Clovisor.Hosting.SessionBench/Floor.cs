using System.Net;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Clovisor.Hosting.SessionBench;

/// <summary>The least that a web server of the framework can do with a report: read it into an object, and answer 204 without any work.</summary>
internal static class Floor
{
    internal static void Run(string socket)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, FloorJson.Default));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket, static listen => listen.Protocols = HttpProtocols.Http1));
        WebApplication app = builder.Build();
        app.MapPost("/v1/sessions", static (FloorReport report) => IPEndPoint.TryParse(report.Source, out _) && IPEndPoint.TryParse(report.Destination, out _) ? Results.NoContent() : Results.BadRequest());
        app.MapPost("/v1/sessions/batch", static (FloorBatch batch) => batch.Sessions.TrueForAll(static report => IPEndPoint.TryParse(report.Source, out _) && IPEndPoint.TryParse(report.Destination, out _)) ? Results.NoContent() : Results.BadRequest());
        app.Start();
        Console.WriteLine("ready");
        app.WaitForShutdown();
        File.Delete(socket);
    }
}

internal sealed record FloorReport(string Protocol, string Source, string Destination, string Method, string Authority, string Path, Dictionary<string, string> Headers);

internal sealed record FloorBatch(List<FloorReport> Sessions);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(FloorReport))]
[JsonSerializable(typeof(FloorBatch))]
internal sealed partial class FloorJson : JsonSerializerContext;
