using System.Diagnostics;

namespace Clovisor.Testing;

/// <summary>Runs a program of the system and waits for it.</summary>
public static class Command
{
    /// <summary>Runs and gives the output; throws with the error text when it fails.</summary>
    public static string Run(string program, params string[] arguments)
    {
        (int exit, string output, string errors) = TryRun(program, arguments);
        return exit == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {exit}: {errors}{output}");
    }

    /// <summary>Runs and gives exit code, output and error text.</summary>
    public static (int ExitCode, string Output, string Errors) TryRun(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
