using System.Runtime.InteropServices;
using Clovisor.Bpf.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class MapShapeTests
{
    private const string Maps = """
        struct holed { __u8 kind; __u32 address; };
        struct packed_key { __u32 address; __u16 port; __u8 proto; __u8 zero; };
        struct two { __u32 a; __u32 b; };
        struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, struct holed); __type(value, __u64); __uint(max_entries, 4); } holed SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, struct packed_key); __type(value, struct two); __uint(max_entries, 4); } whole SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __uint(key_size, 8); __uint(value_size, 8); __uint(max_entries, 4); __uint(map_flags, BPF_F_NO_PREALLOC); } trie SEC(".maps");
        """;

    [KernelFact]
    public void Refuses_types_of_another_size_and_lists_both()
    {
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);

        BpfMapIncompatibleException refused = Assert.Throws<BpfMapIncompatibleException>(() => loaded.HashMap<ulong, uint>("by_length"));

        Assert.Equal(2, refused.Differences.Count);
        Assert.Contains("key (unsigned int) has 4 bytes, UInt64 has 8", refused.Message, StringComparison.Ordinal);
        Assert.Contains("value (unsigned long long) has 8 bytes, UInt32 has 4", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Refuses_a_map_of_another_type()
    {
        using BpfObject loaded = TestPrograms.Load(Maps);
        Assert.Contains("LpmTrie", Assert.Throws<BpfMapIncompatibleException>(() => loaded.HashMap<ulong, ulong>("trie")).Message, StringComparison.Ordinal);
        Assert.Contains("Hash", Assert.Throws<BpfMapIncompatibleException>(() => loaded.ArrayMap<ulong>("whole")).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Refuses_a_key_with_padding_that_the_kernel_would_compare()
    {
        using BpfObject loaded = TestPrograms.Load(Maps);
        BpfMapIncompatibleException refused = Assert.Throws<BpfMapIncompatibleException>(() => loaded.HashMap<Holed, ulong>("holed"));
        Assert.Contains("3 at offset 1", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Refuses_a_number_for_a_struct_of_several_members()
    {
        using BpfObject loaded = TestPrograms.Load(Maps);
        BpfMapIncompatibleException refused = Assert.Throws<BpfMapIncompatibleException>(() => loaded.HashMap<Whole, ulong>("whole"));
        Assert.Contains("struct two of 2 members", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Refuses_a_float_for_an_integer()
    {
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        Assert.Throws<BpfMapIncompatibleException>(() => loaded.HashMap<uint, double>("by_length"));
    }

    [KernelFact]
    public void Checks_a_pinned_map_by_the_types_that_the_kernel_keeps()
    {
        using var pins = new PinDirectory();
        using (BpfObject loaded = TestPrograms.Load(Maps))
        using (BpfMap map = loaded.Map("holed"))
        {
            map.Pin(pins.Under("holed"));
        }

        using BpfMap opened = BpfMap.OpenPinned(pins.Under("holed"));
        Assert.Contains("padding", Assert.Throws<BpfMapIncompatibleException>(() => new BpfHashMap<Holed, ulong>(opened)).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Takes_structs_that_fit()
    {
        using BpfObject loaded = TestPrograms.Load(Maps);
        using BpfHashMap<Whole, Two> map = loaded.HashMap<Whole, Two>("whole");
        map[new Whole { Address = 1, Port = 2, Protocol = 6 }] = new Two { A = 3, B = 4 };
        Assert.Equal(4u, map[new Whole { Address = 1, Port = 2, Protocol = 6 }].B);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Holed
    {
        public byte Kind;
        public uint Address;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Whole
    {
        public uint Address;
        public ushort Port;
        public byte Protocol;
        public byte Zero;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Two
    {
        public uint A;
        public uint B;
    }
}
