using System.Diagnostics;

namespace Clovisor.KubernetesLab;

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

    /// <param name="log">The file that takes what the program writes.</param>
    /// <param name="launcher">What the shell is started by, and is a part of; empty for nothing.</param>
    /// <param name="environment">Variables besides those of this process.</param>
    public GuardedProcess(string log, IReadOnlyList<string> launcher, IReadOnlyDictionary<string, string> environment, string program, IEnumerable<string> arguments)
    {
        _log = log;
        string[] command = [.. launcher, "sh", "-c", Guard, "sh", log, program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

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
