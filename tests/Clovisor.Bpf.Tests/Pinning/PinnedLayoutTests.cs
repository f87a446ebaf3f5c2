using Clovisor.Bpf.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Pinning;

/// <summary>A map that another version of a program pinned: of the same sizes, but perhaps of another struct.</summary>
public sealed class PinnedLayoutTests
{
    private const string First = "struct flow { __u64 packets; __u32 errors; __u16 port; __u16 spare; };";

    [KernelTheory]
    [InlineData("struct flow { __u32 errors; __u16 port; __u16 spare; __u64 packets; };", "value.packets is at offset 8 in the object file, at offset 0 in the existing map")]
    [InlineData("struct flow { __u64 packets; __u16 errors; __u16 pad; __u16 port; __u16 spare; };", "value.errors is unsigned short (2 B) in the object file, unsigned int (4 B) in the existing map")]
    [InlineData("struct flow { __u64 packets; __u32 errors; __u32 port : 10; __u32 spare : 6; __u16 more; };", "value.port is at bits 96 to 105 in the object file, at offset 12 in the existing map")]
    [InlineData("struct flow { __u64 packets; struct { __u32 errors; __u16 spare, port; }; };", "value.port is at offset 14 in the object file, at offset 12 in the existing map")]
    [InlineData("struct flow { __u64 packets; union { __u32 errors; __u8 bytes[4]; }; __u16 port, spare; };", null)]
    [InlineData("struct flow { __u64 packets; __u32 errors; __u16 port; __u16 owner; };", null)]
    [InlineData("struct flow { __u64 packets; __s32 errors; __u16 port; __u8 spare[2]; };", null)]
    [InlineData(First, null)]
    public void It_is_reused_when_what_both_know_stands_where_it_stood(string second, string? difference)
    {
        using var pins = new PinDirectory();
        using (BpfObjectFile before = Open(pins, First))
        {
            before.Load().Dispose();
        }

        using BpfObjectFile file = Open(pins, second);
        if (difference is null)
        {
            file.Load().Dispose();
        }
        else
        {
            Assert.Contains(difference, Assert.Throws<BpfMapIncompatibleException>(file.Load).Message, StringComparison.Ordinal);
        }
    }

    private static BpfObjectFile Open(PinDirectory pins, string types) => BpfObjectFile.Open(
        BpfCompiler.Compile(
            $$"""
            {{types}}
            struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, struct flow); __uint(max_entries, 16); __uint(pinning, LIBBPF_PIN_BY_NAME); } flows SEC(".maps");
            SEC("tc") int nothing(struct __sk_buff *skb) { __u32 zero = 0; return !!bpf_map_lookup_elem(&flows, &zero); }
            """),
        "test.bpf.o",
        new BpfObjectOptions { PinRoot = pins.Root });
}
