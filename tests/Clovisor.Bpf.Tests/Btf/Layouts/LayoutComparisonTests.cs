using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Btf.Layouts;

namespace Clovisor.Bpf.Tests.Btf.Layouts;

public sealed class LayoutComparisonTests
{
    private const string Types = """
        struct flow {
            __u32 source_address;
            __u16 port;
            __u64 bytes;
            union { __u32 v4; __u8 v6[16]; };
            unsigned int flag : 1, level : 5;
        };
        struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, struct flow); __uint(max_entries, 1); } flows SEC(".maps");
        SEC("tc") int use(struct __sk_buff *skb) { __u32 zero = 0; return bpf_map_lookup_elem(&flows, &zero) != 0; }
        """;

    private static readonly BpfStructField[] Right =
    [
        new("SourceAddress", 0, 4), new("_port", 4, 2), new("Bytes", 8, 8), new("V4", 16, 4), new("V6", 16, 16), new("", 32, 4),
    ];

    [Fact]
    public void Equal_layouts_are_equal_whatever_the_letters() => Assert.Empty(Compare(40, Right).Differences);

    [Fact]
    public void A_field_may_have_another_name_at_the_same_place() =>
        Assert.True(Compare(40, [new("Peer", 0, 4), .. Right[1..]]).IsEqual);

    [Fact]
    public void Names_that_differ_in_underscores_alone_are_told_apart_by_place()
    {
        using BpfObjectFile file = TestPrograms.Open("struct twins { __u32 src_port, srcPort; } twins; SEC(\"tc\") int use(struct __sk_buff *skb) { return twins.srcPort; }");
        Assert.True(LayoutComparison.Compare(file.Btf.Struct("twins"), new("Twins", 8, [new("SrcPort", 0, 4), new("SrcPort2", 4, 4)])).IsEqual);
        Assert.True(LayoutComparison.Compare(file.Btf.Struct("twins"), new("Twins", 8, [new("src_port", 0, 4), new("srcPort", 4, 4)])).IsEqual);
    }

    [Fact]
    public void A_field_may_cover_several_members_or_padding() =>
        Assert.True(Compare(40, [new("Head", 0, 8), new("Bytes", 8, 8), new("Rest", 16, 20), new("Zero", 36, 4)]).IsEqual);

    [Fact]
    public void Another_size_is_a_difference() =>
        Assert.Contains("40 bytes, Flow has 48", Assert.Single(Compare(48, Right).Differences), StringComparison.Ordinal);

    [Fact]
    public void Another_offset_is_a_difference() => Assert.Contains(
        "port is at byte 4 and has 2 in C, Port is at byte 6 and has 2 in C#", Compare(40, [Right[0], new("Port", 6, 2), .. Right[2..]]).Differences);

    [Fact]
    public void A_member_in_no_field_is_a_difference() =>
        Assert.Contains("in no field", Assert.Single(Compare(40, [Right[0], .. Right[2..]]).Differences), StringComparison.Ordinal);

    [Fact]
    public void A_bit_field_in_no_field_is_a_difference() => Assert.Equal(2, Compare(40, Right[..5]).Differences.Count);

    [Fact]
    public void A_field_that_cuts_a_member_is_a_difference() => Assert.Contains(
        Compare(40, [new("Half", 0, 2), new("Other", 2, 4), .. Right[2..]]).Differences,
        static difference => difference.Contains("cuts", StringComparison.Ordinal));

    [Fact]
    public void Both_sides_are_printed_with_holes_and_a_mark_at_what_differs()
    {
        string text = Compare(40, [Right[0], new("Port", 6, 2), .. Right[2..]]).ToString();
        Assert.Equal(
            [
                "  struct flow, 40 bytes | Flow, 40 bytes",
                "      0     4  __u32 source_address |     0     4  SourceAddress",
                "!     4     2  __u16 port |     4     2  (padding)",
                "!     6     2  (padding) |     6     2  Port",
            ],
            text.Split('\n')[..4].Select(static line => System.Text.RegularExpressions.Regex.Replace(line, " +\\|", " |")));
        Assert.Contains("(padding)", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split('\n').Count(static line => line.StartsWith('!')));
    }

    private static LayoutComparison Compare(int size, BpfStructField[] fields)
    {
        using BpfObjectFile file = TestPrograms.Open(Types);
        return LayoutComparison.Compare(file.Btf.Struct("flow"), new BpfStructLayout("Flow", size, fields));
    }
}
