using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Clovisor.Testing;

/// <summary>Compiles small BPF programs written in a test. clang is needed to build the repository, so it is there.</summary>
public static class BpfCompiler
{
    private const string Prelude = """
        #include <linux/bpf.h>
        #include <linux/pkt_cls.h>
        #include <bpf/bpf_helpers.h>
        #include <bpf/bpf_endian.h>
        char _license[] SEC("license") = "Dual BSD/GPL";

        """;

    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Compiled = new();

    /// <summary>The object file of C source; the usual includes and the licence are put before it. Compiled once a process.</summary>
    public static byte[] Compile(string source) => CompileWhole(Prelude + source);

    /// <summary>The object file of C source as it stands. Compiled once a process.</summary>
    public static byte[] CompileWhole(string source) => Compiled.GetOrAdd(source, static text => new Lazy<byte[]>(() => Run(text))).Value;

    private static byte[] Run(string source)
    {
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(source)))[..16];
        string output = Path.Combine(Path.GetTempPath(), $"clvt-{Environment.ProcessId}-{name}.o");
        string architecture = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64" : "x86_64";
        var start = new ProcessStartInfo("clang")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "-target", "bpf", "-O2", "-g", "-Wall", "-Werror", "-idirafter", $"/usr/include/{architecture}-linux-gnu",
                "-x", "c", "-c", "-", "-o", output,
            },
        };
        try
        {
            using Process clang = Process.Start(start)!;
            clang.StandardInput.Write(source);
            clang.StandardInput.Close();
            string errors = clang.StandardError.ReadToEnd();
            clang.WaitForExit();
            return clang.ExitCode == 0 ? File.ReadAllBytes(output) : throw new InvalidOperationException($"clang refused:{Environment.NewLine}{errors}");
        }
        finally
        {
            File.Delete(output);
        }
    }
}
