using System.Diagnostics;

namespace Clovisor.Testing.Kubernetes;

/// <summary>
/// A program that never outlives this process, however that ends: a shell beside it, which no signal for the group ends, waits for the end of its own
/// input and kills it then.
/// </summary>
internal sealed class GuardedProcess : IDisposable
{
    private const string Guard = """
        trap '' HUP INT TERM
        log=$1; shift
        "$@" >"$log" 2>&1 </dev/null &
        program=$!
        cat >/dev/null
        kill -9 "$program"
        wait "$program"
        """;

    private readonly Process _guard;
    private readonly string _log;

    public GuardedProcess(string log, string program, IEnumerable<string> arguments)
    {
        _log = log;
        var start = new ProcessStartInfo("sh", ["-c", Guard, "sh", log, program, .. arguments]) { RedirectStandardInput = true, RedirectStandardError = true };
        _guard = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started");
        _guard.ErrorDataReceived += static (_, _) => { };
        _guard.BeginErrorReadLine();
    }

    /// <summary>The end of what the program wrote, to say why it is not ready.</summary>
    public string LastLines => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(12)) : "(it wrote nothing)";

    /// <summary>Kills the program as a crash would, and waits until it is gone.</summary>
    public void Dispose()
    {
        _guard.StandardInput.Close();
        _guard.WaitForExit();
        _guard.Dispose();
    }
}
