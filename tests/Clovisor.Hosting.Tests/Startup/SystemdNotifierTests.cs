using System.Net.Sockets;
using System.Text;
using Clovisor.Hosting.Health;
using Clovisor.Hosting.Startup;

namespace Clovisor.Hosting.Tests.Startup;

/// <summary>What systemd hears, on a real datagram socket.</summary>
public sealed class SystemdNotifierTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"clvt-notify-{Guid.NewGuid():N}");
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public SystemdNotifierTests()
    {
        _systemd.Bind(new UnixDomainSocketEndPoint(_path));
        _systemd.ReceiveTimeout = 30_000;
    }

    public void Dispose()
    {
        _systemd.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public async Task Started_working_with_reasons_and_stopping_are_said()
    {
        HealthBoard board = new();
        board.Post("links", HealthLevel.Degraded, ["wan1 is Down:\n3 probes were lost"]);
        using SystemdNotifier notifier = new(board, TimeProvider.System, _path, TimeSpan.FromMilliseconds(100));
        await notifier.StartedAsync(TestContext.Current.CancellationToken);

        Assert.Equal("READY=1\nSTATUS=links: wan1 is Down: 3 probes were lost", Receive());
        Assert.Equal("WATCHDOG=1\nSTATUS=links: wan1 is Down: 3 probes were lost", Receive());
        await notifier.StoppingAsync(TestContext.Current.CancellationToken);
        string last;
        do
        {
            last = Receive();
        }
        while (last.StartsWith("WATCHDOG", StringComparison.Ordinal));
        Assert.Equal("STOPPING=1", last);
    }

    [Fact]
    public async Task A_part_that_does_not_answer_silences_the_watchdog()
    {
        HealthBoard board = new();
        using SystemdNotifier notifier = new(board, TimeProvider.System, _path, TimeSpan.FromMilliseconds(100));
        await notifier.StartedAsync(TestContext.Current.CancellationToken);
        Receive();
        Receive();
        using ManualResetEventSlim stuck = new();
        using ManualResetEventSlim asked = new();
        board.Ask("links", () =>
        {
            asked.Set();
            stuck.Wait(TestContext.Current.CancellationToken);
            return new PartHealth("links", HealthLevel.Healthy, [], []);
        });
        asked.Wait(TestContext.Current.CancellationToken);
        while (_systemd.Available > 0)
        {
            Receive();
        }

        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Equal(0, _systemd.Available);
        stuck.Set();
        Assert.StartsWith("WATCHDOG=1", Receive(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("0", null, null)]
    [InlineData("x", null, null)]
    [InlineData("30000000", null, 30)]
    [InlineData("30000000", "1", null)]
    public void The_watchdog_is_read_from_the_environment(string? microseconds, string? process, int? seconds) =>
        Assert.Equal(seconds is { } wanted ? TimeSpan.FromSeconds(wanted) : null, SystemdNotifier.WatchdogOf(microseconds, process));

    private string Receive()
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, _systemd.Receive(buffer));
    }
}
