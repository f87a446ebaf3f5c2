using System.Globalization;
using Clovisor.Hosting.AccessLog;
using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Sessions;
using Clovisor.Hosting.Tests.Telemetry;
using Clovisor.Testing;
using Google.Protobuf.WellKnownTypes;

namespace Clovisor.Hosting.Tests.AccessLog;

/// <summary>What the log of a proxy's upstream requests does, and what it cannot do.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class AccessLogTests : IDisposable
{
    private const uint Stranger = 54_321;

    private readonly ConfigurationFolder _folder = ConfigurationFolder.OfDemo();

    private string SocketPath => Path.Combine(_folder.Path, "log.sock");

    [KernelFact]
    public void An_entry_enters_the_session_of_its_connection_and_the_next_of_the_same_ports_takes_its_place()
    {
        using TwoLinks links = new();
        links.Run(
            async host =>
            {
                using LogClient proxy = new(SocketPath);
                Assert.Equal("0", await proxy.SendAsync(
                    LogClient.Message(LogClient.Entry("10.9.0.1:44000", "minion"), LogClient.Entry("10.9.0.1:44001", "boss"), LogClient.Entry("10.9.0.1:44002", "minion")),
                    LogClient.Message(LogClient.Entry("10.9.0.1:44002", null), LogClient.Entry("10.9.0.1:44003", "no longer there")),
                    LogClient.Message(LogClient.Entry("10.9.0.1:44001", "minion"))));

                Assert.Equal(
                    ["10.9.0.1:44000 minion lte", "10.9.0.1:44001 minion lte"],
                    host.Get<SessionRegistry>().List(Assert.Single(host.Get<CallerGate>().Accounts)).Select(session => $"{session.Source} {session.Association} {session.Link}").Order(StringComparer.Ordinal));
            },
            api => api.AccessLogSocketPath = SocketPath);
    }

    [Fact]
    public async Task What_is_wrong_with_an_entry_is_counted_and_the_next_one_is_read()
    {
        await using TestHost host = await StartAsync();
        using LogClient proxy = new(SocketPath);
        HttpEntry unconnected = LogClient.Entry("10.9.0.1:44000", "boss");
        unconnected.CommonProperties.UpstreamLocalAddress = null;

        Assert.Equal("0", await proxy.SendAsync(LogClient.Message(
            LogClient.Entry("127.0.0.1:44000", "boss"),
            LogClient.Entry("10.9.0.1:44000", "[fd00::1]:80", null),
            LogClient.Entry("10.9.0.1:44000", "10.96.1.1:80", new UInt32Value { Value = 7 }),
            unconnected,
            new HttpEntry())));

        CallerAccount account = Assert.Single(host.Get<CallerGate>().Accounts);
        Assert.Equal((3, 3, 0), (account.Reports, account.Refused, account.Sessions));
    }

    [Fact]
    public async Task What_is_no_log_ends_with_a_status_and_harms_nobody()
    {
        await using TestHost host = await StartAsync();
        using LogClient proxy = new(SocketPath);

        Assert.NotEqual("0", await proxy.SendAsync(LogClient.Framed([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f, 1])));
        Assert.NotEqual("0", await proxy.SendAsync([0, 0, 0, 0, 9, 1]));
        Assert.Equal("8", await proxy.SendAsync(LogClient.Framed(new byte[262_145])));
        Assert.Equal("0", await proxy.SendAsync(LogClient.Message(LogClient.Entry("127.0.0.1:44000", "boss"))));
        Assert.Equal(1, Assert.Single(host.Get<CallerGate>().Accounts).Reports);
    }

    [Fact]
    public async Task Entries_beyond_the_rate_of_a_caller_are_dropped_and_logs_beyond_the_limit_refused()
    {
        await using TestHost host = await StartAsync(api =>
        {
            api.ReportsPerSecond = 1;
            api.MaxRequests = 1;
        });
        using LogClient proxy = new(SocketPath);
        using LogClient other = new(SocketPath);
        TaskCompletionSource end = new();
        Task<string> open = proxy.OpenAsync(LogClient.Message([.. Enumerable.Repeat(LogClient.Entry("127.0.0.1:44000", "boss"), 100)]), end.Task);
        await TestHost.Eventually(() => host.Get<CallerGate>().Accounts.SingleOrDefault()?.Reports == 100);

        Assert.InRange(Assert.Single(host.Get<CallerGate>().Accounts).Limited, 90, 99);
        Assert.Equal("HTTP 503", await other.SendAsync());
        end.SetResult();
        Assert.Equal("0", await open);
        Assert.Equal("0", await other.SendAsync());
    }

    [Fact]
    public async Task A_log_ends_with_the_host()
    {
        TestHost host = await StartAsync();
        using LogClient proxy = new(SocketPath);
        TaskCompletionSource end = new();
        Task<string> open = proxy.OpenAsync(LogClient.Message(LogClient.Entry("127.0.0.1:44000", "boss")), end.Task);
        await TestHost.Eventually(() => host.Get<CallerGate>().Accounts.SingleOrDefault()?.Reports == 1);

        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.False(File.Exists(SocketPath));
        end.SetResult();
        await open.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [KernelFact]
    public async Task A_user_that_nobody_named_is_refused_and_the_named_one_is_let_in()
    {
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        SessionCallerOptions named = new();
        named.Users.Add(Stranger);
        await using TestHost host = await StartAsync(api => api.Callers.Add(named));

        Assert.Equal("403", Curl(Stranger + 1));
        Assert.Equal("200", Curl(Stranger));
        Assert.Equal(1, host.Get<CallerGate>().Forbidden);
    }

    public void Dispose() => _folder.Dispose();

    private Task<TestHost> StartAsync(Action<SessionApiOptions>? more = null) => TestHost.StartAsync(_folder, api: api =>
    {
        api.AccessLogSocketPath = SocketPath;
        more?.Invoke(api);
    });

    private string Curl(uint user) => Command.Run(
        "setpriv", $"--reuid={user.ToString(CultureInfo.InvariantCulture)}", "--regid=54321", "--clear-groups",
        "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--http2-prior-knowledge", "--unix-socket", SocketPath, "-X", "POST", "-H", "content-type: application/grpc", "-H", "te: trailers",
        "http://clovisor/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs").Trim();
}
