using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Clovisor.Istio.Oracle.Live;

/// <summary>
/// The oracle itself: istiod's generator and a real Envoy. Both lie packed beside the repository; they are unpacked once, to a
/// folder of the user's below the temporary folder.
/// </summary>
public sealed class OracleProgram
{
    private const string Script = "shared/bin/unpack.sh";
    private readonly string _folder;

    private OracleProgram(string folder) => _folder = folder;

    /// <summary>Finds and unpacks the oracle.</summary>
    /// <param name="program">The program.</param>
    /// <param name="reason">Why there is none.</param>
    /// <returns>Whether it can be run.</returns>
    public static bool TryFind(out OracleProgram? program, out string reason)
    {
        program = null;
        string? script = Above(AppContext.BaseDirectory) ?? Above(Environment.CurrentDirectory);
        if (script is null)
        {
            reason = $"no folder above this one has {Script}, which unpacks istio-oracle and envoy";
            return false;
        }

        string folder = Path.Combine(Path.GetTempPath(), $"clovisor-oracle-{Environment.UserName}");
        (int status, string error) = Run("sh", [script, folder, "istio-oracle", "envoy"]);
        reason = status == 0 ? "" : $"{script} failed: {error}";
        program = status == 0 ? new OracleProgram(folder) : null;
        return program is not null;
    }

    /// <summary>Has cases answered.</summary>
    /// <param name="family">The name of the family that the answers get.</param>
    /// <param name="cases">The cases.</param>
    /// <returns>The cases with answers.</returns>
    /// <exception cref="InvalidOperationException">The oracle failed.</exception>
    public IReadOnlyList<OracleCase> Answer(string family, IEnumerable<JsonObject> cases)
    {
        string scratch = Directory.CreateTempSubdirectory("clovisor-oracle-").FullName;
        try
        {
            string questions = Path.Combine(scratch, "questions.jsonl");
            string answers = Path.Combine(scratch, $"{family}.jsonl");
            File.WriteAllLines(questions, cases.Select(static c => c.ToJsonString()));
            // It takes ports by number: in a network of its own nobody else, another oracle least of all, has them.
            string[] command = [Path.Combine(_folder, "istio-oracle"), "-envoy", Path.Combine(_folder, "envoy"), "-in", questions, "-out", answers];
            (int status, string error) = Environment.IsPrivilegedProcess
                ? Run("unshare", ["--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh", .. command])
                : Run(command[0], command[1..]);
            return status == 0
                ? [.. OracleFiles.Read(answers)]
                : throw new InvalidOperationException($"istio-oracle failed with {status}: {error}");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static string? Above(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent)
        {
            string script = Path.Combine(at.FullName, Script);
            if (File.Exists(script))
            {
                return script;
            }
        }

        return null;
    }

    private static (int Status, string Error) Run(string file, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        _ = output.Result;
        return (process.ExitCode, error[Math.Max(0, error.Length - 2000)..].Trim());
    }
}
