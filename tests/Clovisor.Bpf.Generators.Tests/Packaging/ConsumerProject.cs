using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Clovisor.Bpf.Generators.Tests.Packaging;

/// <summary>A project outside the repository that has the packed Clovisor.Bpf and nothing else of it. Its path has a blank.</summary>
public sealed class ConsumerProject : IDisposable
{
    // A version of its own: the package goes through the machine's package folder, where another one would be taken for it.
    private readonly string _version = $"0.0.0-consumer.{Environment.ProcessId}.{Environment.TickCount64}";
    private readonly string _root = Directory.CreateTempSubdirectory("clovisor consumer ").FullName;

    public ConsumerProject()
    {
        Directory.CreateDirectory(Folder);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(TestFolder(), "consumer")))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
        }

        (int code, string output) = Run(
            Path.Combine(TestFolder(), "../../src/Clovisor.Bpf"), "pack", "-c", "Release", "-p:RunAnalyzers=false", $"-p:Version={_version}", "-o", Path.Combine(_root, "packages"));
        Packed = code == 0 ? null : output;
    }

    /// <summary>The project's folder.</summary>
    public string Folder => Path.Combine(_root, "the project");

    /// <summary>What packing said when it failed.</summary>
    public string? Packed { get; }

    /// <summary>Runs an MSBuild command of the SDK on the project.</summary>
    public (int Code, string Output) Build(string command, params string[] arguments) =>
        Run(Folder, [command, $"-p:ClovisorVersion={_version}", $"-p:RestoreAdditionalProjectSources={Path.Combine(_root, "packages")}", "-v:n", .. arguments]);

    /// <summary>Runs what was built.</summary>
    public (int Code, string Output) Execute(string path) => Start(Path.Combine(Folder, path), Folder);

    /// <summary>A file of the project.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);

    public void Dispose()
    {
        Directory.Delete(_root, recursive: true);
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
        string cached = Path.Combine(packages, "clovisor.bpf", _version);
        if (Directory.Exists(cached))
        {
            Directory.Delete(cached, recursive: true);
        }
    }

    // Servers that outlive the command would hold the folder.
    private static (int Code, string Output) Run(string folder, params string[] arguments) =>
        Start("dotnet", folder, [.. arguments, "-nodeReuse:false", "-p:UseSharedCompilation=false", "--nologo"]);

    private static (int Code, string Output) Start(string command, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in start.Environment.Keys.Where(static name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    private static string TestFolder([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, ".."));
}
