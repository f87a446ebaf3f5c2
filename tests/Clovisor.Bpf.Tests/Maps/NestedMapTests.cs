using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class NestedMapTests
{
    private const string TailCalls = """
        struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __type(key, __u32); __type(value, __u32); __uint(max_entries, 4); } next SEC(".maps");
        SEC("tc") int first(struct __sk_buff *skb) { bpf_tail_call(skb, &next, 1); return 1; }
        SEC("tc") int second(struct __sk_buff *skb) { return 2; }
        SEC("xdp") int other(struct xdp_md *ctx) { return 2; }
        """;

    [KernelFact]
    public void An_array_of_maps_takes_gives_back_and_loses_maps()
    {
        using BpfHashMap<uint, ulong> inner = BpfHashMap.Create<uint, ulong>("clvt_in", 8);
        inner[1] = 11;
        using BpfArrayOfMaps<BpfHashMap<uint, ulong>> outer = BpfArrayOfMaps.Create("clvt", 4, inner);
        Assert.False(outer.TryOpen(2, out _));
        outer.Set(2, inner);
        Assert.True(outer.TryGetId(2, out uint id));
        Assert.Equal(inner.Map.Id, id);
        Assert.True(outer.TryOpen(2, out BpfHashMap<uint, ulong>? opened));
        using (opened)
        {
            Assert.Equal(11UL, opened[1]);
        }

        Assert.True(outer.Remove(2));
        Assert.False(outer.TryGetId(2, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => outer.Set(4, inner));
    }

    [KernelFact]
    public void An_inner_map_lives_on_without_its_descriptor()
    {
        using BpfHashMap<uint, ulong> template = BpfHashMap.Create<uint, ulong>("clvt_in", 8);
        using BpfHashOfMaps<ulong, BpfHashMap<uint, ulong>> outer = BpfHashOfMaps.Create<ulong, BpfHashMap<uint, ulong>>("clvt", 16, template);
        using (BpfHashMap<uint, ulong> inner = BpfHashMap.Create<uint, ulong>("clvt_in", 8))
        {
            inner[5] = 55;
            Assert.True(outer.TrySet(70, inner));
            Assert.False(outer.TrySet(70, inner, BpfUpdateMode.NotExisting));
            Assert.False(outer.TrySet(71, inner, BpfUpdateMode.Existing));
        }

        Assert.True(outer.TryOpen(70, out BpfHashMap<uint, ulong>? again));
        using (again)
        {
            Assert.Equal(55UL, again[5]);
            using BpfMapReader<ulong, uint> reader = outer.CreateReader();
            Assert.True(reader.Read());
            Assert.Equal((70UL, again.Map.Id), (reader.Keys[0], reader.Values[0]));
        }

        Assert.True(outer.Remove(70));
        Assert.False(outer.TryOpen(70, out _));
    }

    [KernelFact]
    public void An_inner_map_of_another_shape_is_refused_with_the_reason()
    {
        using BpfHashMap<uint, ulong> template = BpfHashMap.Create<uint, ulong>("clvt_in", 8);
        using BpfHashMap<uint, ulong> other = BpfHashMap.Create<uint, ulong>("clvt_in", 8, BpfMapOptions.NoPreallocation);
        using BpfArrayOfMaps<BpfHashMap<uint, ulong>> outer = BpfArrayOfMaps.Create("clvt", 4, template);
        BpfException refused = Assert.Throws<BpfException>(() => outer.Set(0, other));
        Assert.Contains("not those that the inner maps", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_program_looks_into_the_map_that_was_put_in_last()
    {
        const string Source = """
            struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, __u32); __uint(max_entries, 1); };
            struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 1); __type(key, __u32); __array(values, struct inner); } outer SEC(".maps");
            SEC("tc") int look(struct __sk_buff *skb)
            {
                __u32 zero = 0, *value;
                void *inner = bpf_map_lookup_elem(&outer, &zero);
                if (!inner)
                    return 100;
                value = bpf_map_lookup_elem(inner, &zero);
                return value ? *value : 200;
            }
            """;
        using BpfObject loaded = TestPrograms.Load(Source);
        using BpfProgram program = loaded.Program("look");
        using BpfArrayOfMaps<BpfArrayMap<uint>> outer = loaded.Map<BpfArrayOfMaps<BpfArrayMap<uint>>>("outer");
        Assert.Equal(100, program.TestRun(TestPrograms.Frame(), []).ReturnCode);
        foreach (uint value in (uint[])[7, 8])
        {
            using var inner = new BpfArrayMap<uint>(BpfMap.Create(BpfMapType.Array, "clvt_in", 4, 4, 1));
            inner[0] = value;
            outer.Set(0, inner);
            Assert.Equal((int)value, program.TestRun(TestPrograms.Frame(), []).ReturnCode);
        }
    }

    [KernelFact]
    public void A_program_array_directs_tail_calls()
    {
        using BpfObject loaded = TestPrograms.Load(TailCalls);
        using BpfProgram first = loaded.Program("first");
        using BpfProgram second = loaded.Program("second");
        using BpfProgramArray next = loaded.Map<BpfProgramArray>("next");
        Assert.Equal(1, first.TestRun(TestPrograms.Frame(), []).ReturnCode);
        Assert.False(next.TryGetProgramId(1, out _));
        next.Set(1, second);
        Assert.Equal(2, first.TestRun(TestPrograms.Frame(), []).ReturnCode);
        Assert.True(next.TryGetProgramId(1, out uint id));
        Assert.Equal(second.Id, id);
        Assert.True(next.Remove(1));
        Assert.False(next.Remove(1));
        Assert.Equal(1, first.TestRun(TestPrograms.Frame(), []).ReturnCode);
    }

    [KernelFact]
    public void A_program_array_is_empty_once_nobody_holds_it_and_lives_by_a_pin()
    {
        using var pins = new PinDirectory();
        using BpfProgram first = FirstOf(pins, "kept", pin: true);
        using BpfProgram lost = FirstOf(pins, "lost", pin: false);

        // The kernel empties it a little later, in the background.
        Assert.True(SpinWait.SpinUntil(() => lost.TestRun(TestPrograms.Frame(), []).ReturnCode == 1, TimeSpan.FromSeconds(10)));
        Assert.Equal(2, first.TestRun(TestPrograms.Frame(), []).ReturnCode);
    }

    [KernelFact]
    public void A_program_of_another_type_is_refused_with_the_reason()
    {
        using BpfObject loaded = TestPrograms.Load(TailCalls);
        using BpfProgram other = loaded.Program("other");
        using BpfProgramArray next = loaded.Map<BpfProgramArray>("next");
        Assert.Contains("one type", Assert.Throws<BpfException>(() => next.Set(0, other)).Message, StringComparison.Ordinal);
    }

    private static BpfProgram FirstOf(PinDirectory pins, string name, bool pin)
    {
        using BpfObject loaded = TestPrograms.Load(TailCalls);
        using BpfProgram second = loaded.Program("second");
        using BpfProgramArray next = loaded.Map<BpfProgramArray>("next");
        next.Set(1, second);
        if (pin)
        {
            next.Map.Pin(pins.Under(name));
        }

        return loaded.Program("first");
    }
}
