using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Clovisor.Hosting.SessionApi;

/// <summary><c>GET /openapi/v1.json</c>: the API's description, as OpenAPI 3.1. A test holds it against the endpoints that are mapped.</summary>
internal static class DocumentEndpoint
{
    internal const string Resource = "openapi.v1.json";

    private static readonly Lazy<byte[]> Document = new(Read);

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/openapi/v1.json", (RequestDelegate)AnswerAsync);

    private static async Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = Document.Value.Length;
        await context.Response.Body.WriteAsync(Document.Value, context.RequestAborted).ConfigureAwait(false);
    }

    private static byte[] Read()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!;
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
