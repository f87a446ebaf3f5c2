using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.SessionApi;
using Clovisor.Testing;

namespace Clovisor.Hosting.Tests.Callers;

/// <summary>Who may use the API: other users, other network namespaces, callers over TCP. The kernel is the witness.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class CallerTests : IDisposable
{
    private const uint Stranger = 54_321;
    private const string Token = "0123456789abcdef0123456789abcdef";

    private readonly ConfigurationFolder _folder = ConfigurationFolder.OfDemo();

    private string SocketPath => Path.Combine(_folder.Path, "api.sock");

    private string TokenPath => Path.Combine(_folder.Path, "token");

    [KernelFact]
    public async Task A_user_that_nobody_named_gets_403_and_the_named_one_is_let_in()
    {
        OpenFolder();
        SessionCallerOptions named = new();
        named.Users.Add(Stranger);
        await using TestHost host = await TestHost.StartAsync(_folder, api: api => api.Callers.Add(named));

        Assert.Equal("403", Curl(Stranger + 1, "http://clovisor/v1/rules"));
        Assert.Equal(1, host.Get<CallerGate>().Forbidden);
        Assert.Equal("200", Curl(Stranger, "http://clovisor/v1/rules"));
    }

    [KernelFact]
    public async Task Without_entries_the_mode_of_the_socket_keeps_others_out()
    {
        OpenFolder();
        await using TestHost host = await TestHost.StartAsync(_folder);

        Assert.Equal("000", Curl(Stranger, "http://clovisor/v1/rules"));
    }

    [KernelFact]
    public void The_namespace_is_that_of_the_socket_that_connected()
    {
        using NetworkNamespace pod = new("pod");
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        listener.Listen();
        using Socket client = pod.Run(Connect);
        using Socket accepted = listener.Accept();

        CallerIdentity caller = CallerIdentity.Of(accepted);

        Assert.True(Rule($"/var/run/netns/{pod.Name}").Fits(caller));
        Assert.False(Rule("/proc/self/ns/net").Fits(caller));
        Assert.False(Rule("/var/run/netns/not-there").Fits(caller));
        Assert.False(Rule($"/var/run/netns/{pod.Name}").Fits(caller with { NetworkNamespace = null }));
    }

    [Fact]
    public void A_caller_speaks_only_for_its_source_addresses()
    {
        SessionCallerOptions options = new();
        options.Users.Add(Stranger);
        options.Sources.Add("10.60.0.0/24");
        options.Sources.Add("fd00:60::/64");
        CallerRule rule = new(options);

        Assert.True(rule.MaySpeakFor(IPAddress.Parse("10.60.0.255")));
        Assert.True(rule.MaySpeakFor(IPAddress.Parse("fd00:60::1")));
        Assert.False(rule.MaySpeakFor(IPAddress.Parse("10.60.1.0")));
        Assert.False(rule.MaySpeakFor(IPAddress.Parse("fd00:61::1")));
    }

    [KernelFact]
    public async Task A_report_for_an_address_of_somebody_else_is_refused_with_403()
    {
        OpenFolder();
        SessionCallerOptions named = new();
        named.Users.Add(Stranger);
        named.Sources.Add("10.60.0.0/24");
        await using TestHost host = await TestHost.StartAsync(_folder, api: api => api.Callers.Add(named));
        const string Spoofed = """{"protocol":"tcp","source":"10.9.0.1:41000","destination":"10.96.1.1:80","method":"GET","authority":"a","path":"/"}""";

        Assert.Equal("403", Curl(Stranger, "http://clovisor/v1/sessions", "-d", Spoofed));
        Assert.Equal("403", Curl(Stranger, "http://clovisor/v1/session", "-d", "4:peer,13:10.9.0.1:4711,3:dst,12:10.96.1.1:80,1:a,1:x,"));
        Assert.Equal("204", Curl(Stranger, "http://clovisor/v1/session", "-d", "4:peer,14:10.60.0.9:4711,3:dst,12:10.96.1.1:80,1:a,1:x,"));
        Assert.Equal(2, host.Get<CallerGate>().Accounts.Single(account => account.Identity.User == Stranger).Refused);
    }

    [Fact]
    public async Task Tcp_needs_the_token_and_follows_a_new_one()
    {
        WriteToken(Token);
        await using TestHost host = await TestHost.StartAsync(_folder, api: WithToken);
        using HttpClient tcp = new() { BaseAddress = new Uri(host.Get<IEnumerable<Microsoft.Extensions.Hosting.IHostedService>>().OfType<SessionApiServer>().Single().Addresses.Single(address => address.Contains("127.0.0.1", StringComparison.Ordinal))) };

        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(Token + "0"));
        Assert.Equal(HttpStatusCode.OK, await Ask(Token));
        WriteToken(Token + Token);
        File.SetLastWriteTimeUtc(TokenPath, DateTime.UnixEpoch);
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(Token));
        Assert.Equal(HttpStatusCode.OK, await Ask(Token + Token));
        Assert.Equal(3, host.Get<CallerGate>().Forbidden);

        async Task<HttpStatusCode> Ask(string? token)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/v1/rules");
            request.Headers.TryAddWithoutValidation("Authorization", token is null ? null : $"Bearer {token}");
            return (await tcp.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode;
        }
    }

    [Theory]
    [InlineData("short", UnixFileMode.UserRead, "does not hold 32 to 1024")]
    [InlineData(Token + "\n" + Token, UnixFileMode.UserRead, "does not hold 32 to 1024")]
    [InlineData(Token, UnixFileMode.UserRead | UnixFileMode.OtherRead, "others can read or change it")]
    public async Task A_token_file_that_protects_nothing_stops_the_host(string token, UnixFileMode mode, string reason)
    {
        WriteToken(token);
        File.SetUnixFileMode(TokenPath, mode);
        await using TestHost host = TestHost.Build(_folder, api: WithToken);

        Assert.Contains(reason, (await Assert.ThrowsAsync<IOException>(host.StartAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_caller_spends_a_seconds_worth_and_then_waits()
    {
        ManualTime time = new();
        CallerAccount account = new(CallerIdentity.OfToken, CallerRule.Everything, 3, 1, time);

        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => account.TryTake()));
        time.Seconds += 0.4;
        Assert.Equal([true, false], Enumerable.Range(0, 2).Select(_ => account.TryTake()));
        time.Seconds += 3600;
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => account.TryTake()));
        Assert.Equal((10, 3), (account.Reports, account.Limited));
    }

    [Fact]
    public async Task Beyond_its_rate_a_caller_gets_429_with_a_time()
    {
        await using TestHost host = await TestHost.StartAsync(_folder, api: api => api.ReportsPerSecond = 1);
        using StringContent first = new("3:dst,12:10.96.1.1:80,1:a,1:x,");
        await host.Client.PostAsync("/v1/session", first, TestContext.Current.CancellationToken);
        using StringContent second = new("{}");
        HttpResponseMessage refused = await host.Client.PostAsync("/v1/sessions", second, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task With_all_places_taken_a_request_is_refused_at_once()
    {
        await using TestHost host = await TestHost.StartAsync(_folder, api: api => api.MaxRequests = 1);
        CallerGate gate = host.Get<CallerGate>();
        Assert.True(gate.TryEnter());
        HttpResponseMessage busy = await host.Client.GetAsync(new Uri("/v1/rules", UriKind.Relative), TestContext.Current.CancellationToken);
        gate.Leave();
        HttpResponseMessage free = await host.Client.GetAsync(new Uri("/v1/rules", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (busy.StatusCode, free.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(1), busy.Headers.RetryAfter?.Delta);
        Assert.Equal(1, gate.Busy);
    }

    public void Dispose() => _folder.Dispose();

    private void WithToken(SessionApiOptions api)
    {
        api.LoopbackPort = 0;
        api.TokenFile = TokenPath;
        api.Callers.Add(new SessionCallerOptions { Token = true });
    }

    private void WriteToken(string token)
    {
        File.WriteAllText(TokenPath, token + "\n");
        File.SetUnixFileMode(TokenPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private void OpenFolder() => File.SetUnixFileMode(
        _folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);

    private string Curl(uint user, string url, params string[] more) => Command.Run(
        "setpriv",
        [
            $"--reuid={user.ToString(CultureInfo.InvariantCulture)}", "--regid=54321", "--clear-groups", "sh", "-c",
            "curl -s -o /dev/null -w '%{http_code}' --unix-socket \"$@\" || true", "sh", SocketPath, url, .. more,
        ]).Trim();

    private Socket Connect()
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return socket;
    }

    private static CallerRule Rule(string path)
    {
        SessionCallerOptions options = new();
        options.NetworkNamespaces.Add(path);
        return new CallerRule(options);
    }

    private sealed class ManualTime : TimeProvider
    {
        internal double Seconds { get; set; }

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => (long)(Seconds * TimestampFrequency);
    }
}
