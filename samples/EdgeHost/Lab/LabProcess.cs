using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Clovisor.EdgeHost.Lab;

/// <summary>A process in a namespace of the lab. Disposal kills it.</summary>
internal sealed class LabProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _name;
    private readonly string _log;
    private readonly string _idFile;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _pumps;

    private LabProcess(LabNames names, string name, Process process)
    {
        _process = process;
        _name = name;
        _log = Path.Combine(names.LogDirectory, name + ".log");
        _idFile = Path.Combine(names.ProcessDirectory, name);
        File.WriteAllText(_idFile, process.Id.ToString(CultureInfo.InvariantCulture));
        _pumps = Task.WhenAll(PumpOutputAsync(), PumpErrorsAsync());
    }

    /// <summary>What it writes to its output, line by line; ends with the process.</summary>
    public ChannelReader<string> Lines => _lines.Reader;

    public bool HasExited => _process.HasExited;

    /// <param name="name">Unique among the running processes of the lab: names its log and its file of the process id.</param>
    public static LabProcess Start(LabNames names, string space, string name, IEnumerable<string> command)
    {
        // 'ip netns exec' becomes the command, so the process id is the command's own.
        var start = new ProcessStartInfo("ip", ["netns", "exec", space, .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[LabNames.Variable] = names.RunDirectory;
        return new LabProcess(names, name, Process.Start(start)!);
    }

    /// <summary>Waits for a line of output.</summary>
    /// <exception cref="LabException">It ended, or the time was up, before the line came.</exception>
    public async Task WaitForLineAsync(string line, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await foreach (string said in Lines.ReadAllAsync(either.Token).ConfigureAwait(false))
            {
                if (said == line)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure($"did not come up within {limit.TotalSeconds:0} s");
        }

        await _pumps.ConfigureAwait(false);
        throw Failure("ended before it was up");
    }

    /// <summary>Throws when the process has ended though nobody ended it.</summary>
    public void ThrowIfEnded()
    {
        if (_process.HasExited)
        {
            throw Failure($"ended with exit code {_process.ExitCode}");
        }
    }

    /// <summary>SIGINT, as Ctrl-C sends it.</summary>
    public Task InterruptAsync(CancellationToken cancellationToken) => Tool.RunAsync("kill", ["-INT", $"{_process.Id}"], null, cancellationToken);

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        if (File.Exists(_idFile))
        {
            File.Delete(_idFile);
        }
    }

    /// <summary>Waits until it has ended by itself and its output is complete.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        await _pumps.ConfigureAwait(false);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync().ConfigureAwait(false);
        await _pumps.ConfigureAwait(false);
        _process.Dispose();
    }

    /// <summary>What to throw when it does not do what it should: with the last that it said.</summary>
    public LabException Failure(string what) => new($"{_name} {what}", LastErrors());

    private string LastErrors()
    {
        string[] lines = File.Exists(_log) ? File.ReadAllLines(_log) : [];
        return lines.Length == 0 ? "it said nothing" : string.Join(" | ", lines.TakeLast(8).Select(l => l.Trim()));
    }

    private async Task PumpOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            await _lines.Writer.WriteAsync(line).ConfigureAwait(false);
        }

        _lines.Writer.Complete();
    }

    private async Task PumpErrorsAsync()
    {
        await using var file = new FileStream(_log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        await using var log = new StreamWriter(file) { AutoFlush = true };
        while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            await log.WriteLineAsync(line).ConfigureAwait(false);
        }
    }
}
