using Clovisor.Bpf.Btf;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Btf;

/// <summary>Every kind of type, as clang writes it.</summary>
public sealed class BtfTypesTests
{
    private const string Types = """
        struct hidden;
        typedef int (*handler_t)(struct hidden *who, const char *what);
        typedef struct { int x, y; } point_t;
        enum color { RED, GREEN = 7 };
        struct everything {
            _Bool truth;
            char letter;
            signed char small;
            unsigned long wide;
            float single;
            double twice;
            handler_t handler;
            const volatile int *watched;
            point_t point;
            enum color color;
            int grid[2][3];
            void *nothing;
        } __attribute__((btf_decl_tag("tagged")));
        struct everything all;
        static volatile int secret = 1;
        const volatile int limit = 3;
        extern int CONFIG_HZ __kconfig __weak;
        __noinline int helper(struct everything *e, int n) { return e->letter + n + secret + limit; }
        SEC("tc") int entry(struct __sk_buff *skb) { return helper(&all, CONFIG_HZ); }
        """;

    private static readonly BtfTypeTable Table = Read();

    [Theory]
    [InlineData("truth", "_Bool", 1)]
    [InlineData("letter", "char", 1)]
    [InlineData("small", "signed char", 1)]
    [InlineData("wide", "unsigned long", 8)]
    [InlineData("single", "float", 4)]
    [InlineData("twice", "double", 8)]
    [InlineData("handler", "handler_t", 8)]
    [InlineData("watched", "const volatile int *", 8)]
    [InlineData("point", "point_t", 8)]
    [InlineData("color", "enum color", 4)]
    [InlineData("grid", "int[2][3]", 24)]
    [InlineData("nothing", "void *", 8)]
    public void A_member_has_its_type_and_size(string member, string type, int size)
    {
        BtfMember found = Table.Struct("everything").Member(member);
        Assert.Equal(type, found.Type.ToString());
        Assert.Equal(size, found.Size);
    }

    [Fact]
    public void Numbers_say_what_they_are()
    {
        Assert.True(Integer("truth").IsBoolean);
        Assert.True(Integer("small").IsSigned);
        Assert.False(Integer("wide").IsSigned);
        Assert.Equal(64, Integer("wide").Bits);
        Assert.IsType<BtfFloat>(Table.Struct("everything").Member("twice").Type);

        static BtfInteger Integer(string member) => Assert.IsType<BtfInteger>(Table.Struct("everything").Member(member).Type.Unqualified);
    }

    [Fact]
    public void Pointers_lead_to_prototypes_and_forward_declarations()
    {
        var pointer = Assert.IsType<BtfPointer>(Table.Struct("everything").Member("handler").Type.Unqualified);
        var prototype = Assert.IsType<BtfFunctionPrototype>(pointer.Target);
        Assert.Equal("int", prototype.ReturnType.ToString());
        Assert.False(prototype.IsVariadic);
        Assert.Equal(["struct hidden *", "const char *"], prototype.Parameters.Select(static parameter => parameter.Type.ToString()));
        Assert.False(Assert.IsType<BtfForward>(Assert.IsType<BtfPointer>(prototype.Parameters[0].Type).Target).IsUnion);
    }

    [Fact]
    public void Functions_have_names_parameters_and_linkage()
    {
        BtfFunction helper = Table.Functions.Single(static function => function.Name == "helper");
        Assert.Equal(BtfLinkage.Global, helper.Linkage);
        Assert.Equal([("e", "struct everything *"), ("n", "int")], helper.Prototype!.Parameters.Select(static parameter => (parameter.Name, parameter.Type.ToString())));
        Assert.Equal("int helper(struct everything *e, int n)", helper.ToString());
    }

    [Fact]
    public void Variables_lie_in_sections_and_say_how_far_they_are_seen()
    {
        Dictionary<string, BtfDataSection> sections = Table.DataSections.ToDictionary(static section => section.Name);
        Assert.Contains("secret", sections[".data"].Variables.Select(static place => place.Variable.Name));
        Assert.Equal(Table.Struct("everything").Size, Assert.Single(sections[".bss"].Variables).Size);
        Assert.Equal(BtfLinkage.Static, Table.Variables.Single(static variable => variable.Name == "secret").Linkage);
        Assert.Equal(BtfLinkage.External, Table.Variables.Single(static variable => variable.Name == "CONFIG_HZ").Linkage);
        Assert.Equal("const volatile int", Table.Variables.Single(static variable => variable.Name == "limit").Type.ToString());
    }

    [Fact]
    public void Declaration_tags_name_what_they_are_on()
    {
        BtfDeclarationTag tag = Table.Types.OfType<BtfDeclarationTag>().Single(static tag => tag.Name == "tagged");
        Assert.Equal("everything", tag.Target.Name);
        Assert.Equal(-1, tag.Component);
    }

    [Fact]
    public void A_type_is_the_same_object_whoever_asks()
    {
        Assert.Same(Table.Struct("everything"), Table[Table.Struct("everything").Id]);
        Assert.IsType<BtfVoid>(Table[0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Table[Table.Count]);
        Assert.Equal((int)Table.Count, Table.Types.Count());
        Assert.Contains(Table.Typedefs, static alias => alias.Name == "point_t");
    }

    // Split BTF goes on with ids and names where its base ends: a pointer to the base's first type, and a struct with a name of its own.
    [Fact]
    public void Split_btf_goes_on_where_its_base_ends()
    {
        const uint Pointer = 2u << 24;
        const uint StructOfOne = (4u << 24) | 1;
        byte[] whole = BtfBytes.Of([/* int */ 1, 1u << 24, 4, 32 | 1u << 24], "\0number\0");
        BtfTypeTable foundation = BtfTypeTable.Parse(whole);
        byte[] split = BtfBytes.Of([0, Pointer, 1, 8, StructOfOne, 8, /* member */ 12, 2, 0], "module\0at\0", nameOffset: 0);

        BtfTypeTable module = BtfTypeTable.ParseSplit(split, foundation);

        Assert.Equal(4u, module.Count);
        Assert.Same(foundation[1], module[1]);
        Assert.Equal("number *", module[2].ToString());
        Assert.Equal("module", module[3].Name);
        Assert.Equal("le", module.Struct("module").Members[0].Name);
        Assert.Throws<FormatException>(() => BtfTypeTable.Parse(split));
    }

    [KernelFact]
    public void The_kernel_and_its_modules_are_read()
    {
        BtfTypeTable kernel = BtfTypeTable.OpenKernel();
        Assert.Equal("task_struct", kernel.Struct("task_struct").Name);
        Assert.All(BtfTypeTable.KernelModules, module => Assert.Same(kernel, BtfTypeTable.OpenKernelModule(module, kernel).Base));
        Assert.Throws<FileNotFoundException>(() => BtfTypeTable.OpenKernelModule("no_such_module", kernel));
        Assert.Throws<ArgumentException>(() => BtfTypeTable.OpenKernelModule("../btf/vmlinux", kernel));
    }

    private static BtfTypeTable Read()
    {
        using BpfObjectFile file = TestPrograms.Open(Types);
        return file.Btf;
    }
}
