using System.Diagnostics;
using Clovisor.EdgeHost.CommandLine;

namespace Clovisor.EdgeHost.Lab;

/// <summary>Runs a program of the system to its end.</summary>
internal static class Tool
{
    /// <summary>Runs it and gives its output; anything but exit code 0 throws with what was run and what it said.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string? input = null, CancellationToken cancellationToken = default)
    {
        string[] words = [.. arguments];
        (int code, string output, string error) = await TryRunAsync(program, words, input, cancellationToken).ConfigureAwait(false);
        return code == 0 ? output : throw new LabException($"{program} {string.Join(' ', words)}", code, error, input);
    }

    /// <summary>Runs it and gives exit code, output and what it said on the error stream.</summary>
    public static async Task<(int Code, string Output, string Error)> TryRunAsync(
        string program, IEnumerable<string> arguments, string? input = null, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new EdgeHostException($"cannot run '{program}'", e.Message, "Install it (./demo.sh does so on Debian and Ubuntu), or see that it is on the PATH");
        }

        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken).ConfigureAwait(false);
            }

            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return (process.ExitCode, await output.ConfigureAwait(false), (await error.ConfigureAwait(false)).Trim());
        }
        catch
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>Where a program is, looked for as a shell would; null when it is nowhere.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin")
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
