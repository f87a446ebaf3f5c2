using System.Text.Json;
using Clovisor.ExplainTool;
using Clovisor.ExplainTool.Output;

namespace Clovisor.Istio.Tests.Explain;

/// <summary>The sample tool: what it prints for a request, and what it says about mistakes.</summary>
public sealed class RouteExplainToolTests : IDisposable
{
    private const string Documents = """
        apiVersion: v1
        kind: Service
        metadata: {name: httpbin, namespace: app}
        spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 80}, {name: web, port: 8080}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: httpbin, namespace: app}
        spec:
          hosts: [httpbin]
          http:
          - {name: boss, match: [{headers: {user: {exact: boss}}}], rewrite: {uri: /y}, timeout: 2s, route: [{destination: {host: httpbin, subset: v1}}]}
          - {name: other, match: [{port: 9999}], route: [{destination: {host: httpbin}}]}
          - {name: rest, route: [{destination: {host: httpbin}}]}
          - {name: never, redirect: {uri: /}}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("clovisor-explain-").FullName;

    public RouteExplainToolTests() => File.WriteAllText(Path.Combine(_folder, "mesh.yaml"), Documents);

    [Fact]
    public void Prints_each_candidate_with_the_first_condition_that_failed_and_what_never_got_there()
    {
        (int status, string output, _) = Run("explain", "--config", _folder, "--proxy", "sidecar/app", "--labels", "app=sleep", "GET", "http://httpbin/x?q=1", "-H", "user:minion");
        Assert.Equal(0, status);
        Assert.Contains("no   app/httpbin rule 0 \"boss\": header user exact \"boss\": it is \"minion\"", output, StringComparison.Ordinal);
        Assert.Contains("yes  app/httpbin rule 2 \"rest\"", output, StringComparison.Ordinal);
        Assert.Contains("app/httpbin rule 1 match 0: it is for port 9999, not 80 (mesh.yaml:", output, StringComparison.Ordinal);
        Assert.Contains("app/httpbin rule 3: rule 2 before it takes every request", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Prints_what_the_destination_receives()
    {
        (_, string output, _) = Run("--config", _folder, "--proxy", "sidecar/app", "http://httpbin/x", "-H", "user:boss");
        Assert.Contains("sent as   GET httpbin/y", output, StringComparison.Ordinal);
        Assert.Contains("timeout   00:00:02", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_are_for_terminals()
    {
        var output = new StringWriter();
        ExplainCommand.Run(["--config", _folder, "--proxy", "sidecar/app", "http://httpbin/"], output, TextWriter.Null, new Palette(colours: true));
        Assert.Contains("\e[32m", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_decision_candidates_and_dropped_rules()
    {
        (_, string output, _) = Run("--json", "--config", _folder, "--proxy", "sidecar/app", "http://httpbin/x", "-H", "user:boss");
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.Equal("Matched", json.GetProperty("reason").GetString());
        Assert.Equal("boss", json.GetProperty("rule").GetProperty("name").GetString());
        Assert.Equal("outbound|80|v1|httpbin.app.svc.cluster.local", json.GetProperty("forward").GetProperty("destinations")[0].GetProperty("cluster").GetString());
        Assert.Equal(1, json.GetProperty("candidates").GetArrayLength());
        Assert.Equal(2, json.GetProperty("dropped").GetArrayLength());
    }

    [Fact]
    public void A_port_whose_protocol_is_detected_is_found_by_host()
    {
        (int status, string output, _) = Run("--config", _folder, "--proxy", "sidecar/app", "http://httpbin:8080/", "--json");
        Assert.Equal(0, status);
        Assert.Equal("httpbin.app.svc.cluster.local:8080", JsonDocument.Parse(output).RootElement.GetProperty("table").GetString());
    }

    [Fact]
    public void All_errors_of_the_configuration_are_listed_with_file_and_line()
    {
        File.WriteAllText(Path.Combine(_folder, "broken.yaml"), "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: b}\nspec:\n  hosts: ['a b']\n  htttp: []\n");
        (int status, _, string errors) = Run("--config", _folder, "http://httpbin/");
        Assert.Equal(1, status);
        Assert.Contains("broken.yaml:6: VirtualService default/b: spec.htttp", errors, StringComparison.Ordinal);
        Assert.Contains("spec.hosts", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--config (a folder with Istio documents) is missing", "http://a/")]
    [InlineData("--proxy 'mars' is not sidecar/NAMESPACE", "--config", ".", "--proxy", "mars", "http://a/")]
    [InlineData("'ftp://a/' is not a URL", "--config", ".", "ftp://a/")]
    [InlineData("-H 'user' is not of the form name:value", "--config", ".", "-H", "user", "http://a/")]
    [InlineData("--colour is not one of its options", "--config", ".", "--colour", "http://a/")]
    [InlineData("give one URL", "--config", ".")]
    [InlineData("there is no folder and no file '/nowhere'", "--config", "/nowhere", "http://a/")]
    public void Mistakes_on_the_command_line_are_said(string expected, params string[] words)
    {
        (int status, _, string errors) = Run(words);
        Assert.Equal(2, status);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_without_a_table_names_those_there_are()
    {
        (int status, _, string errors) = Run("--config", _folder, "--proxy", "sidecar/app", "http://httpbin:99/");
        Assert.Equal(2, status);
        Assert.Contains("It has 80, httpbin.app.svc.cluster.local:8080; name one with --table", errors, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (int Status, string Output, string Errors) Run(params string[] words)
    {
        var output = new StringWriter();
        var errors = new StringWriter();
        return (ExplainCommand.Run(words, output, errors, new Palette(colours: false)), output.ToString(), errors.ToString());
    }
}
