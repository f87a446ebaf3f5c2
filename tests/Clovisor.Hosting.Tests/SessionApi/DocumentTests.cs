using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Clovisor.Hosting.SessionApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Clovisor.Hosting.Tests.SessionApi;

/// <summary>The OpenAPI document, held against what is mapped and what is written.</summary>
public sealed class DocumentTests : IDisposable
{
    private readonly ConfigurationFolder _folder = ConfigurationFolder.OfDemo();

    [Fact]
    public async Task Every_endpoint_is_in_the_document_and_nothing_else()
    {
        await using TestHost host = await TestHost.StartAsync(_folder);
        using JsonDocument document = JsonDocument.Parse(await host.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        SessionApiServer server = host.Get<IEnumerable<IHostedService>>().OfType<SessionApiServer>().Single();

        Assert.Equal("3.1.0", document.RootElement.GetProperty("openapi").GetString());
        Assert.Equal(
            server.Endpoints.SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText}")).Order(StringComparer.Ordinal),
            document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_schema_has_the_members_of_its_type()
    {
        using Stream stream = typeof(SessionApiServer).Assembly.GetManifestResourceStream("openapi.v1.json")!;
        using JsonDocument document = JsonDocument.Parse(stream);
        List<string> described = [];
        foreach (JsonProperty schema in document.RootElement.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            Type type = typeof(SessionApiServer).Assembly.GetType($"Clovisor.Hosting.SessionApi.{schema.Name}", throwOnError: true)!;
            JsonTypeInfo info = ApiJson.Default.GetTypeInfo(type)!;
            Assert.Equal(info.Properties.Select(property => property.Name).Order(StringComparer.Ordinal), schema.Value.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));
            described.Add(schema.Name);
        }

        // What a reference names is there.
        Assert.All(
            System.Text.RegularExpressions.Regex.Matches(document.RootElement.GetRawText(), "#/components/schemas/(\\w+)"),
            match => Assert.Contains(match.Groups[1].Value, described));
    }

    public void Dispose() => _folder.Dispose();
}
