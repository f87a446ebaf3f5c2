using System.Diagnostics;
using Clovisor.EdgeHost.Lab;

namespace Clovisor.EdgeHost.Tests.Demo;

/// <summary>The demo as somebody starts it, with a way to send it a signal.</summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private DemoProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    internal static string Executable => Path.Combine(AppContext.BaseDirectory, "EdgeHost");

    internal bool HasExited => _process.HasExited;

    internal static DemoProcess Start(params string[] arguments) => new(Process.Start(
        new ProcessStartInfo(Executable, ["demo", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!);

    internal void Kill() => _process.Kill();

    internal Task InterruptAsync() => Tool.RunAsync("kill", ["-INT", $"{_process.Id}"], null, TestContext.Current.CancellationToken);

    internal async Task<(int Code, string Said)> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (_process.ExitCode, await _output + await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
