using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests;

public sealed class GlobalTests
{
    private const string Source = """
        struct limits { __u32 low; __u32 high; };
        const volatile __u32 limit = 7;
        const volatile struct limits limits = { 1, 2 };
        __u64 packets = 5;
        __u32 histogram[4];
        static volatile __u16 hidden = 3;
        __u32 hot SEC(".data.hot") = 11;

        SEC("tc") int count(struct __sk_buff *skb)
        {
            __sync_fetch_and_add(&packets, limit);
            histogram[2] += hidden;
            skb->mark = limits.high + hot;
            return 0;
        }
        """;

    [Fact]
    public void Lists_the_globals_of_every_section_with_what_they_start_with()
    {
        using BpfObjectFile file = TestPrograms.Open(Source);
        Assert.Equal(
            ["hidden .data 2", "histogram .bss 16", "hot .data.hot 4", "limit .rodata 4", "limits .rodata 8", "packets .data 8"],
            file.Globals.OrderBy(static global => global.Name, StringComparer.Ordinal).Select(static global => $"{global.Name} {global.Section} {global.Size}"));
        Assert.Equal(7u, file.GetGlobal<uint>("limit"));
        Assert.Equal(5UL, file.GetGlobal<ulong>("packets"));
        Assert.Equal(3, file.GetGlobal<short>("hidden"));
        Assert.Equal(0UL, file.GetGlobal<UInt128>("histogram"));
        Assert.True(file.Global("limit").IsConstant);
        Assert.False(file.Global("packets").IsConstant);
    }

    [KernelFact]
    public void Programs_start_with_what_was_set_before_loading()
    {
        using BpfObjectFile file = TestPrograms.Open(Source);
        file.SetGlobal("limit", 100u);
        file.SetGlobal("packets", 1000UL);
        file.SetGlobal("hot", 20u);
        file.GlobalSection<Bss>(".bss").Third = 500;
        using BpfObject loaded = file.Load();
        using BpfProgram program = loaded.Program("count");
        var context = default(BpfSkbContext);
        program.TestRun(TestPrograms.Frame(), [], ref context, 1);

        Assert.Equal(22u, context.Mark);
        Assert.Equal(1100UL, loaded.Global<ulong>("packets"));
        Assert.Equal(503u, loaded.GlobalArray<uint>("histogram")[2]);
        Assert.Equal(100u, loaded.Constant<uint>("limit"));
    }

    [KernelFact]
    public void A_reference_to_a_global_is_the_variable_itself()
    {
        using BpfObject loaded = TestPrograms.Load(Source);
        using BpfProgram program = loaded.Program("count");
        ref ulong packets = ref loaded.Global<ulong>("packets");
        Assert.Equal(5UL, Volatile.Read(ref packets));
        program.TestRun(TestPrograms.Frame(), []);
        Assert.Equal(12UL, Volatile.Read(ref packets));
        Interlocked.Exchange(ref packets, 40);
        program.TestRun(TestPrograms.Frame(), []);
        Assert.Equal(47UL, Volatile.Read(ref packets));
        loaded.GlobalSection<Bss>(".bss").Third = 1;
        Assert.Equal(1u, loaded.GlobalArray<uint>("histogram")[2]);
        Assert.Equal(2u, loaded.Constant<Limits>("limits").High);
    }

    [KernelFact]
    public void What_is_set_holds_for_every_later_load_and_only_for_those()
    {
        using BpfObjectFile file = TestPrograms.Open(Source);
        using BpfObject first = file.Load();
        file.SetGlobal("packets", 70UL);
        using BpfObject second = file.Load();
        using BpfObject third = file.Load();
        first.Global<ulong>("packets")++;
        Assert.Equal((6UL, 70UL, 70UL), (first.Global<ulong>("packets"), second.Global<ulong>("packets"), third.Global<ulong>("packets")));
    }

    [KernelFact]
    public void Refuses_what_does_not_fit()
    {
        using BpfObjectFile file = TestPrograms.Open(Source);
        using BpfObject loaded = file.Load();
        Assert.Contains("packets has 8 bytes, UInt32 has 4", Assert.Throws<ArgumentException>(() => loaded.Global<uint>("packets")).Message, StringComparison.Ordinal);
        Assert.Contains("constant once loaded", Assert.Throws<InvalidOperationException>(() => loaded.Global<uint>("limit")).Message, StringComparison.Ordinal);
        Assert.Contains("constant once loaded", Assert.Throws<InvalidOperationException>(() => loaded.GlobalSection<uint>(".rodata")).Message, StringComparison.Ordinal);
        Assert.Contains("no multiple", Assert.Throws<ArgumentException>(() => loaded.GlobalArray<Odd>("histogram").Length).Message, StringComparison.Ordinal);
        Assert.Contains("packets", Assert.Throws<KeyNotFoundException>(() => loaded.Global<int>("nothing")).Message, StringComparison.Ordinal);
        Assert.Contains(".bss", Assert.Throws<KeyNotFoundException>(() => loaded.GlobalSection<int>(".nothing")).Message, StringComparison.Ordinal);
        Assert.Contains("Section .bss has 16 bytes", Assert.Throws<ArgumentException>(() => file.GlobalSection<Large>(".bss")).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_disposed_object_gives_no_references()
    {
        BpfObject loaded = TestPrograms.Load(Source);
        ref ulong packets = ref loaded.Global<ulong>("packets");
        Assert.Equal(5UL, packets);
        loaded.Dispose();
        packets++;
        Assert.Equal(1UL, packets);
        Assert.Throws<ObjectDisposedException>(() => loaded.Global<ulong>("packets"));
    }

    [KernelFact]
    public void References_to_globals_allocate_nothing()
    {
        using BpfObject loaded = TestPrograms.Load(Source);
        ref ulong packets = ref loaded.Global<ulong>("packets");
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            packets++;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1005UL, packets);
    }

    private record struct Bss(uint First, uint Second, uint Third, uint Fourth);

    private record struct Limits(uint Low, uint High);

    private record struct Odd(byte First, byte Second, byte Third);

    private record struct Large(UInt128 First, UInt128 Second);
}
