using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Clovisor.Testing;

namespace Clovisor.Hosting.Tests.SessionApi;

/// <summary>The whole host in a namespace with two links: reports reach the kernel's session map.</summary>
public sealed class SessionTests : IDisposable
{
    private readonly ConfigurationFolder _folder = ConfigurationFolder.OfDemo();
    private readonly string _pins = Path.Combine(Path.GetTempPath(), $"clvt-pins-{Guid.NewGuid():N}");

    [KernelFact]
    public void A_reported_session_is_entered_listed_and_removed() => InTwoLinkNamespace(async host =>
    {
        JsonElement answer = await ReportAsync(host, "minion", 41_000);
        Assert.Equal("minion", answer.GetProperty("association").GetString());
        Assert.Equal("lte", answer.GetProperty("link").GetString());
        Assert.Equal("app/httpbin/minion", answer.GetProperty("route").GetString());
        Assert.Equal("fibre", (await ReportAsync(host, "boss", 41_001)).GetProperty("link").GetString());
        Assert.False((await ReportAsync(host, "nobody", 41_002)).TryGetProperty("association", out _));

        JsonElement[] sessions = [.. (await host.Client.GetFromJsonAsync<JsonElement>("/v1/sessions", TestContext.Current.CancellationToken)).GetProperty("sessions").EnumerateArray()];
        Assert.Equal(
            ["10.9.0.1:41000 minion lte app/httpbin/minion", "10.9.0.1:41001 boss fibre app/httpbin/boss"],
            sessions.Select(session => string.Join(' ', ((string[])["source", "association", "link", "route"]).Select(name => session.GetProperty(name).GetString()))).Order(StringComparer.Ordinal));

        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(host, 41_000));
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync(host, 41_000));
        Assert.Equal(3, (await host.Client.GetFromJsonAsync<JsonElement>("/v1/rules", TestContext.Current.CancellationToken)).GetProperty("reports").GetInt64());
    });

    [KernelFact]
    public void A_tuple_that_is_used_again_by_a_request_without_association_is_forgotten() => InTwoLinkNamespace(async host =>
    {
        await ReportAsync(host, "minion", 42_000);
        await ReportAsync(host, "nobody", 42_000);

        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync(host, 42_000));
    });

    [KernelFact]
    public void In_a_batch_each_report_stands_alone() => InTwoLinkNamespace(async host =>
    {
        string batch = $$"""{"sessions":[{{Report("boss", 43_000)}},{"protocol":"tcp"},{{Report("minion", 43_001)}}]}""";
        using StringContent content = new(batch);
        HttpResponseMessage response = await host.Client.PostAsync("/v1/sessions/batch", content, TestContext.Current.CancellationToken);

        JsonElement[] answers = [.. (await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("sessions").EnumerateArray()];
        Assert.Equal("fibre", answers[0].GetProperty("link").GetString());
        Assert.Equal(5, answers[1].GetProperty("errors").GetArrayLength());
        Assert.Equal("lte", answers[2].GetProperty("link").GetString());
    });

    [KernelFact]
    public void A_message_that_names_the_proxy_s_connection_enters_its_session() => InTwoLinkNamespace(async host =>
    {
        HttpResponseMessage answer = await AskAsync("3:dst,12:10.96.1.1:80,1:a,29:httpbin.app.svc.cluster.local,6:h.user,6:minion,2:up,14:10.9.0.1:44000,4:host,12:10.96.1.1:80,");

        Assert.Equal(("minion", "lte"), (answer.Headers.GetValues("x-clv-class").Single(), answer.Headers.GetValues("x-clv-link").Single()));
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(host, 44_000));
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync("3:dst,12:10.96.1.1:80,1:a,1:x,2:up,14:10.9.0.1:44000,")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync("3:dst,12:10.96.1.1:80,1:a,1:x,2:up,15:127.0.0.1:44000,4:host,12:10.96.1.1:80,")).StatusCode);

        async Task<HttpResponseMessage> AskAsync(string message)
        {
            using ByteArrayContent content = new(System.Text.Encoding.ASCII.GetBytes(message));
            return await host.Client.PostAsync("/v1/session", content, TestContext.Current.CancellationToken);
        }
    });

    [KernelFact]
    public void A_connection_of_which_the_server_name_is_known_is_entered_by_both_endpoints()
    {
        _folder.Write("bulk.yaml", """
            apiVersion: wan.clovisor.io/v1alpha1
            kind: WanAssociation
            metadata: {name: bulk}
            spec:
              match: {flows: [{sni: [files.app.svc.cluster.local], ports: [80]}]}
              tiers: [{links: [lte]}]
            """);
        InTwoLinkNamespace(async host =>
        {
            const string Name = "outbound_.80_.v1_.files.app.svc.cluster.local";
            using StringContent report = new($$"""{"protocol":"tcp","source":"10.9.0.1:44001","destination":"10.96.1.1:80","sni":"{{Name}}"}""");
            HttpResponseMessage reported = await host.Client.PostAsync("/v1/sessions", report, TestContext.Current.CancellationToken);
            JsonElement answer = await reported.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            using ByteArrayContent message = new(System.Text.Encoding.ASCII.GetBytes($"3:dst,14:10.9.0.1:15443,3:sni,{Name.Length}:{Name},2:up,14:10.9.0.1:44002,4:host,12:10.96.1.1:80,"));
            HttpResponseMessage asked = await host.Client.PostAsync("/v1/session", message, TestContext.Current.CancellationToken);
            using ByteArrayContent cut = new(System.Text.Encoding.ASCII.GetBytes($"3:dst,14:10.9.0.1:15443,4:sni~,{Name.Length}:{Name},"));
            HttpResponseMessage unknown = await host.Client.PostAsync("/v1/session", cut, TestContext.Current.CancellationToken);

            Assert.Equal(("bulk", "lte"), (answer.GetProperty("association").GetString(), answer.GetProperty("link").GetString()));
            Assert.Equal(("bulk", "lte"), (asked.Headers.GetValues("x-clv-class").Single(), asked.Headers.GetValues("x-clv-link").Single()));
            Assert.Equal(HttpStatusCode.NoContent, unknown.StatusCode);
            Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(host, 44_001));
            Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(host, 44_002));
        });
    }

    [KernelFact]
    public void Links_are_listed_with_state_and_share() => InTwoLinkNamespace(async host =>
    {
        JsonElement links = await host.Client.GetFromJsonAsync<JsonElement>("/v1/links", TestContext.Current.CancellationToken);

        Assert.Equal(["fibre Up", "lte Up"], links.GetProperty("links").EnumerateArray().Select(link => $"{link.GetProperty("name").GetString()} {link.GetProperty("state").GetString()}"));
        Assert.Equal(["10.9.1.2"], links.GetProperty("links")[1].GetProperty("nextHops").EnumerateArray().Select(hop => hop.GetString()));
    });

    public void Dispose()
    {
        _folder.Dispose();
        Assert.False(Directory.Exists(_pins), $"{_pins} was left behind");
    }

    private void InTwoLinkNamespace(Func<TestHost, Task> test)
    {
        using NetworkNamespace edge = new("edge");
        using NetworkNamespace cloud = new("cloud");
        for (int i = 0; i < 2; i++)
        {
            edge.AddVeth($"wan{i}", cloud, $"isp{i}");
            edge.AddAddress($"wan{i}", $"10.9.{i}.1/24");
            cloud.AddAddress($"isp{i}", $"10.9.{i}.2/24");
        }

        edge.Run(() =>
        {
            // The engine's thread and the datapath belong to the namespace of the thread that starts them: this one, so nothing is awaited before.
            TestHost host = TestHost.Build(_folder, _pins);
            host.StartAsync().GetAwaiter().GetResult();
            try
            {
                test(host).GetAwaiter().GetResult();
            }
            finally
            {
                host.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        });
    }

    private static string Report(string user, int port) =>
        $$$"""{"protocol":"tcp","source":"10.9.0.1:{{{port}}}","destination":"10.96.1.1:80","method":"GET","authority":"httpbin.app.svc.cluster.local","path":"/","headers":{"user":"{{{user}}}"}}""";

    private static async Task<JsonElement> ReportAsync(TestHost host, string user, int port)
    {
        using StringContent content = new(Report(user, port));
        HttpResponseMessage response = await host.Client.PostAsync("/v1/sessions", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }

    private static async Task<HttpStatusCode> DeleteAsync(TestHost host, int port)
    {
        using HttpRequestMessage request = new(HttpMethod.Delete, "/v1/sessions")
        {
            Content = new StringContent($$"""{"protocol":"tcp","source":"10.9.0.1:{{port}}","destination":"10.96.1.1:80"}"""),
        };
        return (await host.Client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode;
    }
}
