using Clovisor.Testing;
using CsCheck;
using Microsoft.CodeAnalysis;

namespace Clovisor.Bpf.Generators.Tests.Driving;

/// <summary>What is done again when something changes, and that nothing an object holds makes the generator fail.</summary>
public sealed class IncrementalTests
{
    private static readonly byte[] First = BpfCompiler.Compile(Program("__u32"));
    private static readonly byte[] Second = BpfCompiler.Compile(Program("__u64"));

    [Fact]
    public void The_same_bytes_are_not_read_twice()
    {
        using GeneratorRun run = new GeneratorRun().Object("a.bpf.o", First).Run();
        string before = run.Text;
        run.Object("a.bpf.o", First).RunAgain();
        Assert.Equal(before, run.Text);
        Assert.All(Reasons(run, "Results"), static reason => Assert.Contains(reason, (IncrementalStepRunReason[])[IncrementalStepRunReason.Cached, IncrementalStepRunReason.Unchanged]));
    }

    [Fact]
    public void Other_bytes_give_another_skeleton_and_leave_the_others_alone()
    {
        using GeneratorRun run = new GeneratorRun().Object("a.bpf.o", First).Object("b.bpf.o", First).Run();
        run.Object("b.bpf.o", Second).RunAgain();
        Assert.Contains("BpfHashMap<uint, uint>", run.Text, StringComparison.Ordinal);
        Assert.Contains("BpfHashMap<uint, ulong>", run.Text, StringComparison.Ordinal);
        Assert.Single(Reasons(run, "Results"), static reason => reason == IncrementalStepRunReason.Modified);
    }

    [Fact]
    public void Metadata_names_class_namespace_and_accessibility()
    {
        using GeneratorRun run = new GeneratorRun()
            .Object("a.bpf.o", First, ("BpfClassName", "Steering"), ("BpfNamespace", "Edge.Programs"), ("BpfAccessibility", "public")).Run();
        Assert.Contains("namespace Edge.Programs;", run.Text, StringComparison.Ordinal);
        Assert.Contains("public sealed partial class Steering", run.Text, StringComparison.Ordinal);
        Assert.Empty(run.Mistakes);
    }

    // Names of C that C# would not take, or take for something else.
    [Fact]
    public void Names_that_collide_or_are_words_of_csharp_compile()
    {
        byte[] names = BpfCompiler.Compile("""
            enum class { class_a, class_A, class_1 };
            struct take { __u32 take; __u32 Take; __u32 object; __u32 equals; __u32 get_hash_code; __u32 _; __u32 __; __u32 _1; enum class class; };
            struct maps { __u32 maps; };
            struct bss { __u32 a_1; __u32 a1; __u32 a__1; };
            __u32 rodata; __u32 Rodata; struct maps maps; struct bss bss; __u32 string_; struct take opened;
            struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, struct take); __uint(max_entries, 1); } take SEC(".maps");
            struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, struct maps); __uint(max_entries, 1); } Take SEC(".maps");
            struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, struct { int x; }); __uint(max_entries, 1); } dispose SEC(".maps");
            SEC("tc") int load(struct __sk_buff *skb) { __u32 zero = 0; return bpf_map_lookup_elem(&take, &zero) || bpf_map_lookup_elem(&Take, &zero) || bpf_map_lookup_elem(&dispose, &zero) || rodata || Rodata || maps.maps || bss.a1 || string_ || opened.take; }
            SEC("tc") int Load(struct __sk_buff *skb) { return 0; }
            """);
        using GeneratorRun run = new GeneratorRun().Object("open.bpf.o", names).Object("1.bpf.o", First).Run();
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.Mistakes);
    }

    // Whatever byte is wrong: a skeleton that compiles, or a diagnostic.
    [Fact]
    public void Damaged_objects_are_reported_or_give_code_that_compiles()
    {
        Gen.Select(Gen.Int[0, First.Length - 1], Gen.Byte, Gen.Int[0, First.Length - 1], Gen.Byte).Sample((one, first, two, second) =>
        {
            byte[] damaged = [.. First];
            damaged[one] = first;
            damaged[two] = second;
            using GeneratorRun run = new GeneratorRun().Object("a.bpf.o", damaged).Run();
            Assert.All(run.Diagnostics, static said => Assert.NotEqual("CLV0199", said.Id));
            Assert.All(run.Result.Results, static result => Assert.Null(result.Exception));
            Assert.True(run.Result.GeneratedTrees.Length > 0 || run.Diagnostics.Length > 0);
            Assert.Empty(run.Mistakes);
        }, iter: 60, threads: 1);
    }

    private static string Program(string value) => $$"""
        struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, {{value}}); __uint(max_entries, 1); } numbers SEC(".maps");
        const volatile __u32 limit = 1;
        SEC("tc") int use(struct __sk_buff *skb) { __u32 zero = limit; return bpf_map_lookup_elem(&numbers, &zero) != 0; }
        """;

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorRun run, string step) =>
        run.Result.Results[0].TrackedSteps[step].SelectMany(static done => done.Outputs).Select(static output => output.Reason);
}
