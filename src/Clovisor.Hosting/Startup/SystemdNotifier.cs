using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Clovisor.Hosting.Health;
using Microsoft.Extensions.Hosting;

namespace Clovisor.Hosting.Startup;

/// <summary>
/// Speaks to systemd as sd_notify(3) does: started, how it is, still working, stopping. Whether it works is asked of the parts themselves: one that does not
/// answer keeps the watchdog from hearing anything.
/// </summary>
internal sealed class SystemdNotifier(HealthBoard board, TimeProvider time, string? socketPath, TimeSpan? watchdog) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(5);

    private Socket? _socket;
    private ITimer? _timer;
    private int _asking;

    public SystemdNotifier(HealthBoard board, TimeProvider time)
        : this(board, time, Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), WatchdogOf(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID")))
    {
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(socketPath))
        {
            return;
        }

        // A name in the abstract namespace is written with an at sign for its zero byte.
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        await _socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath[0] == '@' ? $"\0{socketPath[1..]}" : socketPath), cancellationToken).ConfigureAwait(false);
        Send($"READY=1\n{Status()}");

        // Twice as often as asked, as systemd's manual advises.
        TimeSpan interval = watchdog is { } limit && limit / 2 < StatusInterval ? limit / 2 : StatusInterval;
        _timer = time.CreateTimer(static notifier => ((SystemdNotifier)notifier!).Tell(), this, interval, interval);
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        Send("STOPPING=1");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _timer?.Dispose();
        _socket?.Dispose();
    }

    /// <summary>Reads what systemd asks for; null when it asks for nothing, or another process.</summary>
    internal static TimeSpan? WatchdogOf(string? microseconds, string? process) =>
        long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) && limit > 0
        && (string.IsNullOrEmpty(process) || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(limit)
            : null;

    private void Tell()
    {
        if (Interlocked.Exchange(ref _asking, 1) != 0)
        {
            // A part has not answered since the last time.
            return;
        }

        Send(watchdog is null ? Status() : $"WATCHDOG=1\n{Status()}");
        Volatile.Write(ref _asking, 0);
    }

    private string Status()
    {
        string[] reasons = [.. board.Parts.SelectMany(static part => part.Reasons.Select(reason => $"{part.Name}: {reason}"))];
        string text = reasons.Length == 0 ? (board.IsReady ? "All parts work." : "Waiting for the first configuration.") : string.Join(' ', reasons);
        return $"STATUS={text.ReplaceLineEndings(" ")}";
    }

    private void Send(string text)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(text));
        }
        catch (SocketException)
        {
            // systemd restarts, or the message is too long for its buffer: the next one is tried all the same.
        }
        catch (ObjectDisposedException)
        {
            // The host has stopped.
        }
    }
}
