using System.Net;
using System.Text;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Sessions;

namespace Clovisor.Hosting.Tests.SessionApi;

/// <summary>What Envoy's Lua filter asks; no privilege needed.</summary>
public sealed class ClassTests : IDisposable
{
    private const int Hostile = 1000;

    private readonly ConfigurationFolder _folder = ConfigurationFolder.OfDemo();

    [Theory]
    [InlineData("6:h.user,4:boss,", "boss")]
    [InlineData("6:h.user,6:minion,", "minion")]
    [InlineData("6:h.user,5:other,", null)]
    [InlineData("", null)]
    [InlineData("7:h.user~,4:boss,", null)]
    [InlineData("6:h.user,4:boss,8:h.other~,1:x,2:p~,2:/x,", "boss")]
    [InlineData("6:h.user,4:boss,3:new,1:x,", "boss")]
    public async Task The_answer_names_the_class_or_is_204(string headers, string? expected)
    {
        await using TestHost host = await TestHost.StartAsync(_folder);

        HttpResponseMessage answer = await AskAsync(host, Encoding.UTF8.GetBytes("4:peer,14:10.60.0.9:4711,3:dst,12:10.96.1.1:80,1:m,3:GET,1:a,29:httpbin.app.svc.cluster.local," + headers));

        Assert.Equal(expected is null ? HttpStatusCode.NoContent : HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(expected, answer.Headers.TryGetValues("x-clv-class", out IEnumerable<string>? names) ? names.Single() : null);
        Assert.Equal("1", answer.Headers.GetValues("x-clv-revision").Single());
    }

    [Fact]
    public async Task A_thousand_hostile_messages_are_refused_counted_and_cost_no_memory()
    {
        await using TestHost host = await TestHost.StartAsync(_folder);
        byte[][] kinds =
        [
            [0xff, 0xfe, 0x00],
            Encoding.ASCII.GetBytes("3:dst,12:10.96.1.1:80,1:a,9:x\r\nHost: y,"),
            [.. Encoding.ASCII.GetBytes("3:dst,12:10.96.1.1:80,1:a,1:x,6:h.user,2:"), 0xc0, 0xaf, (byte)','],
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 5000).Select(i => $"6:h.{i:0000},1:x,"))),
            Encoding.ASCII.GetBytes("65536:" + new string('a', 300_000)),
            Encoding.ASCII.GetBytes("999999:a,"),
            Encoding.ASCII.GetBytes("3:dst,14:999.96.1.1:880,1:a,1:x,"),
            Encoding.ASCII.GetBytes("""{"source":"10.9.0.1:1"}"""),
            Encoding.ASCII.GetBytes("3:dst,12:10.96.1.1:80,1:a,1:x,1:a,1:y,"),
            [],
        ];
        await SendAsync(100);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await SendAsync(Hostile);
        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;

        Assert.Equal(Hostile + 100, host.Get<CallerGate>().Accounts.Single().Refused);
        Assert.Equal(Hostile + 100, host.Get<SessionRegistry>().Reports);
        Assert.InRange(grown, long.MinValue, 4 << 20);

        async Task SendAsync(int count)
        {
            for (int i = 0; i < count; i++)
            {
                using HttpResponseMessage answer = await AskAsync(host, kinds[i % kinds.Length]);
                Assert.InRange((int)answer.StatusCode, 400, 499);
                Assert.Contains("message", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_server_has_warmed_up_before_it_says_that_it_runs_and_counts_nothing_of_that()
    {
        await using TestHost host = await TestHost.StartAsync(_folder);

        Assert.Equal(0, host.Get<SessionRegistry>().Reports);
        Assert.All(host.Get<CallerGate>().Accounts, account => Assert.Equal(0, account.Reports));
        using HttpRequestMessage forged = new(HttpMethod.Post, "/v1/session") { Content = new ByteArrayContent([]) };
        forged.Headers.Add("x-clv-warm-up", "");
        await host.Client.SendAsync(forged, TestContext.Current.CancellationToken);
        Assert.Equal(1, host.Get<SessionRegistry>().Reports);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<HttpResponseMessage> AskAsync(TestHost host, byte[] message)
    {
        using ByteArrayContent content = new(message);
        return await host.Client.PostAsync("/v1/session", content, TestContext.Current.CancellationToken);
    }
}
