using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Clovisor.Hosting.Tests.SessionApi;

/// <summary>The API of a host without WAN part: no privilege needed.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task Rules_say_which_fields_decide()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);

        JsonElement rules = await GetAsync(host, "/v1/rules");

        Assert.Equal(1, rules.GetProperty("revision").GetInt64());
        JsonElement fields = rules.GetProperty("fields");
        Assert.Equal(["user"], fields.GetProperty("headers").EnumerateArray().Select(header => header.GetString()));
        Assert.True(fields.GetProperty("authority").GetBoolean());
        Assert.False(fields.GetProperty("path").GetBoolean());
        Assert.False(fields.GetProperty("method").GetBoolean());
        Assert.Equal(0, rules.GetProperty("reports").GetInt64());
    }

    [Fact]
    public async Task Health_and_readiness_are_answered()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);

        JsonElement health = await GetAsync(host, "/healthz");
        Assert.Equal("healthy", health.GetProperty("status").GetString());
        Assert.True(health.GetProperty("ready").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/readyz", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Health_of_a_refused_edit_is_degraded_with_the_reasons()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);
        folder.Write("wan.yaml", ConfigurationFolder.Wan.Replace("device: wan1", "devise: wan1", StringComparison.Ordinal));
        await TestHost.Eventually(() => host.Health.Level == Clovisor.Hosting.Health.HealthLevel.Degraded);

        JsonElement health = await GetAsync(host, "/healthz");

        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Contains("devise", health.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_names_rule_and_association()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);

        JsonElement answer = await GetAsync(host, "/v1/explain?authority=httpbin.app.svc.cluster.local&path=/x&header=user:minion");

        Assert.Equal("app/httpbin/minion", answer.GetProperty("route").GetString());
        Assert.Equal("minion", answer.GetProperty("association").GetString());
        Assert.Contains("Association minion names app/httpbin/minion", answer.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_lists_what_is_wrong_with_the_question()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);

        HttpResponseMessage response = await host.Client.GetAsync("/v1/explain?port=x&header=user&path=nowhere", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        JsonElement errors = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(["port", "header", "authority", "path"], errors.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()));
    }

    [Theory]
    [InlineData("""{"protocol":"tcp","source":"10.9.0.1:1","destination":"10.96.1.1:80","method":"GET","authority":"a","path":"/"}""", HttpStatusCode.ServiceUnavailable, "/readyz")]
    [InlineData("""{"protocol":"tcp","source":"127.0.0.1:1","destination":"10.96.1.1:80","method":"GET","authority":"a","path":"/"}""", HttpStatusCode.BadRequest, "loopback address")]
    [InlineData("""{"protocoll":"tcp"}""", HttpStatusCode.BadRequest, "protocoll")]
    [InlineData("""nonsense""", HttpStatusCode.BadRequest, "not what is needed here")]
    [InlineData("""null""", HttpStatusCode.BadRequest, "The body is null")]
    public async Task A_report_that_cannot_be_taken_says_why(string body, HttpStatusCode status, string reason)
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost host = await TestHost.StartAsync(folder);
        using StringContent content = new(body);

        HttpResponseMessage response = await host.Client.PostAsync("/v1/sessions", content, TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_a_dead_process_left_is_replaced()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        string path = Path.Combine(folder.Path, "api.sock");
        using (System.Net.Sockets.Socket dead = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
        {
            // A handle that is not disposed by .NET leaves its file, as kill -9 does; copying the file is the nearest that a test can do.
            dead.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path + ".bound"));
            dead.Listen();
            File.Move(path + ".bound", path);
        }

        Assert.True(File.Exists(path));
        await using TestHost host = await TestHost.StartAsync(folder);

        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/readyz", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_socket_in_use_is_left_alone()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        await using TestHost first = await TestHost.StartAsync(folder);
        await using TestHost second = TestHost.Build(folder);

        IOException e = await Assert.ThrowsAsync<IOException>(second.StartAsync);

        Assert.Contains("another process listens there", e.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await first.Client.GetAsync("/readyz", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_left_alone()
    {
        using ConfigurationFolder folder = ConfigurationFolder.OfDemo();
        folder.Write("api.sock", "precious");
        await using TestHost host = TestHost.Build(folder);

        IOException e = await Assert.ThrowsAsync<IOException>(host.StartAsync);

        Assert.Contains("a file that is not a socket lies there", e.Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(Path.Combine(folder.Path, "api.sock"), TestContext.Current.CancellationToken));
        Assert.Null(host.Snapshots.Current);
    }

    private static async Task<JsonElement> GetAsync(TestHost host, string path) =>
        await host.Client.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken);
}
