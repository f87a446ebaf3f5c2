using Clovisor.Bpf.Btf;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Btf;

/// <summary>What is written in C compiles, and compiles to the same layout.</summary>
public sealed class CDumpTests
{
    private const string Types = """
        struct later;
        struct packed { char a; int b; short c; } __attribute__((packed));
        struct aligned { int a; } __attribute__((aligned(32)));
        struct holes { char a; long b; char c; int d[3]; };
        struct bits { unsigned a : 3; unsigned : 5; unsigned b : 9; unsigned long c : 40; int d : 4; };
        union mixed { struct { short low, high; }; int whole; char bytes[5]; };
        enum few { FEW_ONE = 1, FEW_TWO } __attribute__((packed));
        typedef struct { struct later *next; enum few few; } node_t;
        typedef void (*callback_t)(node_t *, int (*compare)(const void *, const void *));
        struct root {
            struct packed packed;
            struct packed many[3];
            struct aligned aligned;
            struct holes holes;
            struct bits bits;
            union mixed mixed;
            node_t node;
            callback_t callbacks[2];
            int *const *pointers;
            struct { int inner; union { long deep; char shallow; }; } anonymous[2];
            const char *const names[4];
            struct root *parent;
            char tail[];
        };
        struct root *root_pointer;
        struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, struct root); __uint(max_entries, 1); } roots SEC(".maps");
        SEC("tc") int use(struct __sk_buff *skb) { __u32 zero = 0; return bpf_map_lookup_elem(&roots, &zero) != 0; }
        """;

    [Theory]
    [InlineData("root")]
    [InlineData("packed")]
    [InlineData("aligned")]
    [InlineData("holes")]
    [InlineData("bits")]
    [InlineData("mixed")]
    public void A_struct_written_in_c_compiles_to_the_same_layout(string name)
    {
        BtfStruct before = Read(Types).Struct(name);
        string source = $"{before.ToC()}{(before.IsUnion ? "union" : "struct")} {name} exported;\nint use(void) {{ return sizeof exported; }}";
        using BpfObjectFile compiled = BpfObjectFile.Open(BpfCompiler.CompileWhole(source), "again.bpf.o");
        BtfStruct after = compiled.Btf.Struct(name);

        Assert.Equal(before.Size, after.Size);
        Assert.Equal(
            before.Members.Select(static member => (member.Name, member.BitOffset, member.BitSize, member.Size)),
            after.Members.Where(static member => !member.Name.StartsWith("__padding", StringComparison.Ordinal)).Select(static member => (member.Name, member.BitOffset, member.BitSize, member.Size)));
    }

    [Fact]
    public void What_is_pointed_to_is_declared_and_not_defined()
    {
        string text = Read(Types).Typedefs.Single(static alias => alias.Name == "node_t").ToC();
        Assert.Contains("struct later;", text, StringComparison.Ordinal);
        Assert.Contains("typedef struct {", text, StringComparison.Ordinal);
        Assert.DoesNotContain("struct later {", text, StringComparison.Ordinal);
    }

    // The largest structs there are, with everything they contain.
    [KernelTheory]
    [InlineData("task_struct")]
    [InlineData("sk_buff")]
    [InlineData("net_device")]
    public void Structs_of_the_kernel_compile_to_their_own_size(string name)
    {
        BtfTypeTable kernel = BtfTypeTable.OpenKernel();
        BtfStruct type = kernel.Struct(name);
        string source = $"{type.ToC()}_Static_assert(sizeof(struct {name}) == {type.Size}, \"size\");\nint use(void) {{ return 0; }}";
        Assert.NotEmpty(BpfCompiler.CompileWhole("#pragma clang diagnostic ignored \"-Wmissing-declarations\"\n" + source));
    }

    private static BtfTypeTable Read(string source)
    {
        using BpfObjectFile file = TestPrograms.Open(source);
        return file.Btf;
    }
}
