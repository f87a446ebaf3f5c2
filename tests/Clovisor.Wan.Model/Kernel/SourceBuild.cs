using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Wan.Model.Kernel;

/// <summary>A change of the programs' source: text of a file that occurs there once, and what takes its place.</summary>
/// <param name="File">Below the folder <c>bpf</c>.</param>
/// <param name="From">The text.</param>
/// <param name="To">The other text.</param>
internal sealed record SourcePatch(string File, string From, string To);

/// <summary>Compiles a changed copy of the programs' source, as the build compiles the source itself.</summary>
internal static class SourceBuild
{
    private static int _counter;

    /// <summary>The object.</summary>
    /// <param name="prelude">Text before the first line of <c>wan.bpf.c</c>.</param>
    /// <param name="patches">Each must apply.</param>
    internal static byte[] Compile(string prelude, params ReadOnlySpan<SourcePatch> patches)
    {
        string folder = Path.Combine(
            Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"clvt-bpf-{Environment.ProcessId}-{Interlocked.Increment(ref _counter)}"));
        try
        {
            Copy(Source(), folder);
            foreach (SourcePatch patch in patches)
            {
                Apply(folder, patch);
            }

            string main = Path.Combine(folder, "wan.bpf.c");
            File.WriteAllText(main, prelude + "#line 1\n" + File.ReadAllText(main));
            return Compile(folder, main);
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }

    private static void Apply(string folder, SourcePatch patch)
    {
        string path = Path.Combine(folder, patch.File);
        string text = File.ReadAllText(path);
        int at = text.IndexOf(patch.From, StringComparison.Ordinal);
        if (at < 0 || text.IndexOf(patch.From, at + 1, StringComparison.Ordinal) >= 0)
        {
            throw new InvalidOperationException(
                $"Patch bpf/{patch.File}: the text occurs {(at < 0 ? "nowhere" : "more than once")} and must occur once. The source has changed: change the patch with it. Text: {patch.From}");
        }

        File.WriteAllText(path, text.Replace(patch.From, patch.To, StringComparison.Ordinal));
    }

    private static byte[] Compile(string folder, string main)
    {
        string output = Path.Combine(folder, "wan.bpf.o");
        string architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64";
        var start = new ProcessStartInfo("clang")
        {
            RedirectStandardError = true,
            ArgumentList =
            {
                "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-std=gnu11", "-w", "-I", Path.Combine(folder, "include"),
                "-idirafter", $"/usr/include/{architecture}-linux-gnu", "-c", main, "-o", output,
            },
        };
        using Process clang = Process.Start(start)!;
        string errors = clang.StandardError.ReadToEnd();
        clang.WaitForExit();
        return clang.ExitCode == 0 ? File.ReadAllBytes(output) : throw new InvalidOperationException($"clang refused the changed source:{Environment.NewLine}{errors}");
    }

    private static string Source([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "bpf"));
}
