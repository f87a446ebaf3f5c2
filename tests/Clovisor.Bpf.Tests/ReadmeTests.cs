using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests;

public sealed class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "README.md"));

    [KernelFact]
    public void The_example_does_what_it_says()
    {
        using var space = new NetworkNamespace("readme");
        using BpfObjectFile file = BpfObjectFile.Open(BpfCompiler.CompileWhole(Block("c")), "count.bpf.o");
        using BpfObject loaded = file.Load();
        using BpfProgram program = loaded.Program("count");
        using BpfHashMap<uint, ulong> lengths = loaded.HashMap<uint, ulong>("by_length");
        lengths[60] = 41;
        program.TestRun(new byte[60], []);
        Assert.Equal(42UL, lengths[60]);
        space.Run(() => TcAttachment.Attach(program, interfaceIndex: 1, TcDirection.Ingress).Dispose());
    }

    [Fact]
    public void The_example_is_at_most_fifteen_lines_of_code_and_every_call_in_it_is_the_one_tested()
    {
        string[] lines = [.. Block("csharp").Split('\n').Where(static line => line.Trim().Length > 0)];
        Assert.InRange(lines.Length, 5, 15);
        Assert.Equal(
            [
                "using Clovisor.Bpf;",
                "using Clovisor.Bpf.Networking;",
                "using var file = BpfObjectFile.Open(\"count.bpf.o\");",
                "using var loaded = file.Load();",
                "using var program = loaded.Program(\"count\");",
                "using var lengths = loaded.HashMap<uint, ulong>(\"by_length\");",
                "lengths[60] = 41;",
                "program.TestRun(new byte[60], []);",
                "Console.WriteLine(lengths[60]); // 42",
                "using var attachment = TcAttachment.Attach(program, interfaceIndex: 1, TcDirection.Ingress);",
            ],
            lines);
    }

    private static string Block(string language)
    {
        string start = $"```{language}\n";
        int from = Readme.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return Readme[from..Readme.IndexOf("```", from, StringComparison.Ordinal)];
    }
}
