using System.Runtime.InteropServices;
using Clovisor.Bpf.Btf.Layouts;
using Clovisor.Bpf.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class MapLayoutTests
{
    private const string Source = """
        struct counters { __u32 packets; __u32 drops; __u64 bytes; };
        struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, struct counters); __uint(max_entries, 4); } flows SEC(".maps");
        SEC("tc") int nothing(struct __sk_buff *skb) { __u32 zero = 0; return bpf_map_lookup_elem(&flows, &zero) != 0; }
        """;

    [KernelFact]
    public void Fields_of_a_struct_that_says_its_layout_are_compared_with_those_of_c()
    {
        using BpfObject loaded = TestPrograms.Load(Source);
        using BpfHashMap<uint, Fitting> map = loaded.HashMap<uint, Fitting>("flows");
        map[1] = new Fitting(1, 2, 9);
        Assert.Equal(9UL, map[1].Bytes);

        BpfMapIncompatibleException refused = Assert.Throws<BpfMapIncompatibleException>(() => loaded.HashMap<uint, Swapped>("flows"));
        Assert.Contains("bytes", refused.Message, StringComparison.Ordinal);
        Assert.Contains("struct counters", refused.Message, StringComparison.Ordinal);
        Assert.Contains(" | ", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_struct_of_another_size_is_shown_beside_that_of_c()
    {
        using BpfObject loaded = TestPrograms.Load(Source);
        BpfMapIncompatibleException refused = Assert.Throws<BpfMapIncompatibleException>(() => loaded.HashMap<uint, Short>("flows"));
        Assert.Contains("has 16 bytes, Short has 8", refused.Message, StringComparison.Ordinal);
        Assert.Contains(" | Short, 8 bytes", refused.Message, StringComparison.Ordinal);
    }

    [StructLayout(LayoutKind.Sequential)]
    private record struct Fitting(uint Packets, uint Drops, ulong Bytes) : IBpfStruct
    {
        public readonly BpfStructLayout Layout => new("Fitting", 16, [new("Packets", 0, 4), new("Drops", 4, 4), new("Bytes", 8, 8)]);
    }

    [StructLayout(LayoutKind.Sequential)]
    private record struct Swapped(ulong Bytes, uint Packets, uint Drops) : IBpfStruct
    {
        public readonly BpfStructLayout Layout => new("Swapped", 16, [new("Bytes", 0, 8), new("Packets", 8, 4), new("Drops", 12, 4)]);
    }

    private record struct Short(ulong Bytes) : IBpfStruct
    {
        public readonly BpfStructLayout Layout => new("Short", 8, [new("Bytes", 0, 8)]);
    }
}
