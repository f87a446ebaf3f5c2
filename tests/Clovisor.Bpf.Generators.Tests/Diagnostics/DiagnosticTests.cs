using Clovisor.Bpf.Generators.Tests.Driving;
using Clovisor.Testing;
using Microsoft.CodeAnalysis;

namespace Clovisor.Bpf.Generators.Tests.Diagnostics;

/// <summary>Everything the generators can say, provoked. What is wrong with an object is said, and never thrown.</summary>
public sealed class DiagnosticTests
{
    private const string Types = """
        struct flow { __u32 source; __u16 port; __u16 zero; };
        struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, struct flow); __type(value, __u64); __uint(max_entries, 1); } flows SEC(".maps");
        SEC("tc") int use(struct __sk_buff *skb) { struct flow f = {}; return bpf_map_lookup_elem(&flows, &f) != 0; }
        """;

    private static readonly byte[] Good = BpfCompiler.Compile(Types);

    [Fact]
    public void CLV0100_an_object_that_cannot_be_read() => Says("CLV0100", DiagnosticSeverity.Error, "a.bpf.o", null);

    [Fact]
    public void CLV0101_a_file_that_is_no_object() => Says("CLV0101", DiagnosticSeverity.Error, "a.bpf.o", "plain text"u8.ToArray());

    [Fact]
    public void CLV0101_an_object_that_is_cut_off() => Says("CLV0101", DiagnosticSeverity.Error, "a.bpf.o", Good[..200]);

    [Fact]
    public void CLV0102_an_object_without_types()
    {
        byte[] renamed = [.. Good];
        renamed[renamed.AsSpan().IndexOf(".rel.BTF\0"u8) + 5] = (byte)'X'; // whose end is the name of the section itself
        Says("CLV0102", DiagnosticSeverity.Error, "a.bpf.o", renamed);
    }

    [Fact]
    public void CLV0103_damaged_types()
    {
        byte[] damaged = [.. Good];
        damaged[damaged.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x9F, 0xEB, 1, 0])] = 0;
        Says("CLV0103", DiagnosticSeverity.Error, "a.bpf.o", damaged);
    }

    [Fact]
    public void CLV0103_types_nested_deeper_than_anyone_means()
    {
        string dimensions = string.Concat(Enumerable.Repeat("[1]", 140));
        Says("CLV0103", DiagnosticSeverity.Error, "a.bpf.o", BpfCompiler.Compile($$"""
            struct inner { __u32 deep{{dimensions}}; };
            struct outer { struct inner first; __u32 last; };
            struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, struct outer); __uint(max_entries, 1); } outers SEC(".maps");
            SEC("tc") int use(struct __sk_buff *skb) { __u32 zero = 0; return bpf_map_lookup_elem(&outers, &zero) != 0; }
            """));
    }

    [Fact]
    public void CLV0104_two_objects_of_one_class()
    {
        using GeneratorRun run = new GeneratorRun().Object("one/a.bpf.o", Good).Object("two/a.bpf.o", Good).Run();
        Diagnostic said = Assert.Single(run.Diagnostics);
        Assert.Equal("CLV0104", said.Id);
        Assert.Contains("two/a.bpf.o", said.Location.GetLineSpan().Path, StringComparison.Ordinal);
        Assert.Single(run.Result.GeneratedTrees);
    }

    [Theory]
    [InlineData("BpfClassName", "no name", "ClassName")]
    [InlineData("BpfNamespace", "A..B", "Namespace")]
    [InlineData("BpfAccessibility", "secret", "Accessibility")]
    public void CLV0105_metadata_that_cannot_be_used(string name, string value, string named)
    {
        using GeneratorRun run = new GeneratorRun().Object("a.bpf.o", Good, (name, value)).Run();
        Assert.Contains(named, Assert.Single(run.Diagnostics, static said => said.Id == "CLV0105").GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public void CLV0106_what_csharp_cannot_hold_is_left_out_and_said()
    {
        byte[] flexible = BpfCompiler.Compile("""
            struct tail { __u32 length; __u8 data[]; };
            struct tail *tail_pointer;
            struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, struct tail); __uint(max_entries, 1); } tails SEC(".maps");
            SEC("tc") int use(struct __sk_buff *skb) { __u32 zero = 0; return bpf_map_lookup_elem(&tails, &zero) != 0; }
            """);
        using GeneratorRun run = Says("CLV0106", DiagnosticSeverity.Info, "a.bpf.o", flexible);
        Assert.Contains("data", run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
        Assert.Empty(run.Mistakes);
    }

    [Fact]
    public void CLV0107_records_of_no_ring()
    {
        byte[] stray = BpfCompiler.Compile(Types + "\nconst struct flow *__clovisor_record_nothing SEC(\".clovisor\");\n");
        Says("CLV0107", DiagnosticSeverity.Warning, "a.bpf.o", stray);
    }

    [Fact]
    public void CLV0108_a_mirror_that_differs()
    {
        using GeneratorRun run = Mirror("[BpfStruct(\"flow\")] public partial struct Flow { public ushort Port; public ushort Zero; public uint Source; }");
        Diagnostic said = Assert.Single(run.Diagnostics);
        Assert.Equal("CLV0108", said.Id);
        Assert.Contains("source is at byte 0 and has 4 in C, Source is at byte 4", said.GetMessage(), StringComparison.Ordinal);
        Assert.Equal("Source.cs", said.Location.GetLineSpan().Path);
    }

    [Theory]
    [InlineData("[BpfStruct] public struct Flow { public int A; }", "not partial")]
    [InlineData("[BpfStruct] public partial struct Flow<T> { public int A; }", "generic")]
    [InlineData("[BpfStruct] public partial struct Flow { public string A; }", "references")]
    [InlineData("[BpfStruct] public partial struct Flow { public int A { get; set; } }", "without a name")]
    [InlineData("[BpfStruct] public unsafe partial struct Flow { public fixed byte A[4]; }", "fixed buffer")]
    [InlineData("public class Outer { [BpfStruct] public partial struct Flow { public int A; } }", "Outer is not partial")]
    public void CLV0109_a_mirror_that_cannot_be_described(string source, string reason)
    {
        using GeneratorRun run = Mirror(source);
        Assert.Contains(reason, Assert.Single(run.Diagnostics, static said => said.Id == "CLV0109").GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public void CLV0110_a_mirror_of_nothing()
    {
        using GeneratorRun run = Mirror("[BpfStruct(\"flaw\")] public partial struct Flow { public uint A; }");
        Diagnostic said = Assert.Single(run.Diagnostics);
        Assert.Equal(("CLV0110", DiagnosticSeverity.Warning), (said.Id, said.Severity));
        Assert.Contains("flow", said.GetMessage(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[BpfStruct(\"flow\")] public partial struct Flow { public uint Source; public ushort Port; public ushort Zero; }")]
    [InlineData("[BpfStruct(\"flow\")] public partial struct Flow { private readonly uint _source; private readonly ushort _port; private ushort _zero; }")]
    [InlineData("[BpfStruct(\"flow\")] public partial struct Flow { public uint Peer; public uint PortAndZero; }")]
    [InlineData("[BpfStruct(\"flow\")] public partial struct Flow { public ulong All; }")]
    [InlineData("partial record struct Outer { partial class Inner { [BpfStruct(\"flow\")] internal partial struct @class { public uint Source; public int @ref; } } }")]
    public void A_mirror_that_fits_is_described(string source)
    {
        using GeneratorRun run = Mirror(source);
        Assert.Empty(run.Diagnostics);
        Assert.DoesNotContain(run.Mistakes, static finding => finding.Severity == DiagnosticSeverity.Error);
        Assert.Contains("IBpfStruct", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_rule_has_a_page_and_every_page_a_rule()
    {
        string folder = Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/diagnostics");
        string[] targets = ["CLV0001", "CLV0002", "CLV0003", "CLV0004", "CLV0005"];
        IEnumerable<string> rules = typeof(DiagnosticTests).GetMethods().Select(static method => method.Name)
            .Where(static name => name.StartsWith("CLV", StringComparison.Ordinal)).Select(static name => name[..7]).Concat(targets).Append("CLV0199").Distinct();
        Assert.Equal(rules.Order(), Directory.EnumerateFiles(folder, "CLV*.md").Select(static path => Path.GetFileNameWithoutExtension(path)!).Order());
    }

    private static GeneratorRun Says(string id, DiagnosticSeverity severity, string name, byte[]? content)
    {
        GeneratorRun run = new GeneratorRun().Object(name, content).Run();
        Diagnostic said = Assert.Single(run.Diagnostics);
        Assert.Equal((id, severity), (said.Id, said.Severity));
        Assert.Contains(name, said.Location.GetLineSpan().Path, StringComparison.Ordinal);
        return run;
    }

    private static GeneratorRun Mirror(string source) =>
        new GeneratorRun("using Clovisor.Bpf.Btf.Layouts;\n" + source).Object("a.bpf.o", Good).Run();

    private static string Here([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;
}
