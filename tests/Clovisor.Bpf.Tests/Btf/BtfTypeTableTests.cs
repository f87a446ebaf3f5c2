using Clovisor.Bpf.Btf;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Btf;

public sealed class BtfTypeTableTests
{
    private const string Types = """
        struct inner { __u8 a; __u16 b; };
        struct outer {
            __u32 first;
            struct inner nested[3];
            const char *text;
            union { __u32 v4; __u8 v6[16]; } address;
            unsigned int flag : 1, rest : 5;
            __u64 last;
        };
        union either { __u32 number; __u8 bytes[6]; };
        enum small { SMALL_ZERO, SMALL_FIVE = 5, SMALL_NEGATIVE = -2 };
        typedef struct { __u32 x; } anonymous_t;
        struct holder { struct outer outer; union either either; enum small small; anonymous_t anonymous; };
        struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, struct holder); __uint(max_entries, 1); } all SEC(".maps");
        SEC("tc") int use(struct __sk_buff *skb) { __u32 zero = 0; return bpf_map_lookup_elem(&all, &zero) != 0; }
        """;

    [Fact]
    public void Gives_sizes_and_offsets_as_the_compiler_laid_them_out()
    {
        BtfStruct outer = Read().Struct("outer");

        Assert.Equal(56, outer.Size);
        Assert.Equal(
            [("first", 0, 4), ("nested", 4, 12), ("text", 16, 8), ("address", 24, 16), ("flag", 40, 4), ("rest", 40, 4), ("last", 48, 8)],
            outer.Members.Select(static member => (member.Name, member.Offset, member.Size)));
        Assert.Equal((321, 5), (outer.Member("rest").BitOffset, outer.Member("rest").BitSize));
        Assert.Equal("__u32", outer.Member("first").TypeName);
        Assert.Equal("inner", outer.Member("nested").TypeName);
    }

    [Fact]
    public void Finds_the_bytes_that_belong_to_nobody()
    {
        Assert.Equal([(1, 1)], Read().Struct("inner").Padding());
        Assert.Equal([(41, 7)], Read().Struct("outer").Padding().Take(1));
        Assert.Empty(Read().Struct("either").Padding());
    }

    [Fact]
    public void Gives_the_values_of_enums_negative_ones_too()
    {
        BtfEnumeration small = Read().Enum("small");
        Assert.Equal([("SMALL_ZERO", 0), ("SMALL_FIVE", 5), ("SMALL_NEGATIVE", -2)], small.Values.Select(static pair => (pair.Key, unchecked((int)pair.Value))));
        Assert.Equal(4, small.Size);
        Assert.Throws<KeyNotFoundException>(() => small.Value("SMALL_SIX"));
    }

    // clang 14 writes no 64-bit enums, so this one is written by hand: header, one record, strings.
    [Fact]
    public void Gives_the_values_of_wide_enums()
    {
        const uint Enum64WithOneValue = (19u << 24) | 1;
        uint[] words = [0x0001EB9F, 24, 0, 24, 24, 12, /* name */ 1, Enum64WithOneValue, 8, /* value: name, low, high */ 6, 0x23456789, 1];
        byte[] blob = [.. System.Runtime.InteropServices.MemoryMarshal.AsBytes<uint>(words), .. "\0wide\0LARGE\0"u8];

        BtfEnumeration wide = BtfTypeTable.Parse(blob).Enum("wide");

        Assert.Equal(0x1_2345_6789, wide.Value("LARGE"));
        Assert.Equal(8, wide.Size);
    }

    [Fact]
    public void Tells_unions_from_structs()
    {
        Assert.True(Read().Struct("either").IsUnion);
        Assert.False(Read().Struct("outer").IsUnion);
        Assert.Equal(8, Read().Struct("either").Size);
    }

    [Fact]
    public void Names_what_is_missing()
    {
        Assert.False(Read().TryGetStruct("none", out _));
        Assert.False(Read().TryGetEnum("none", out _));
        Assert.Throws<KeyNotFoundException>(() => Read().Struct("none"));
        Assert.Throws<KeyNotFoundException>(() => Read().Enum("none"));
        Assert.Contains("first, nested", Assert.Throws<KeyNotFoundException>(() => Read().Struct("outer").Member("none")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_what_is_not_btf()
    {
        Assert.Throws<FormatException>(() => BtfTypeTable.Parse([]));
        Assert.Throws<FormatException>(() => BtfTypeTable.Parse(new byte[64]));
        Assert.Empty(BtfTypeTable.Empty.Structs);
    }

    // The kernel's own: some hundred thousand records of every kind.
    [KernelFact]
    public void Reads_the_btf_of_the_kernel()
    {
        BtfTypeTable kernel = BtfTypeTable.Parse(File.ReadAllBytes("/sys/kernel/btf/vmlinux"));
        Assert.True(kernel.Structs.Count() > 1000);
        Assert.Equal(192, kernel.Struct("__sk_buff").Size);
        Assert.Equal(152, kernel.Struct("__sk_buff").Member("tstamp").Offset);
        Assert.Equal(46, kernel.Enum("bpf_attach_type").Value("BPF_TCX_INGRESS"));
    }

    private static BtfTypeTable Read()
    {
        using BpfObjectFile file = TestPrograms.Open(Types);
        return file.Btf;
    }
}
