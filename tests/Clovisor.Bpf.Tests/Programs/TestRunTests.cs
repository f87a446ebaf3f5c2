using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Programs;

public sealed class TestRunTests
{
    private const string Rewriter = """
        SEC("tc") int rewrite(struct __sk_buff *skb)
        {
            __u8 last = 0xEE;
            bpf_skb_store_bytes(skb, skb->len - 1, &last, 1, 0);
            skb->mark = skb->mark + 1;
            skb->cb[1] = skb->cb[0] + skb->ifindex;
            return skb->priority;
        }
        """;

    [KernelFact]
    public void Gives_the_packet_as_the_program_left_it()
    {
        using BpfObject loaded = TestPrograms.Load(Rewriter);
        using BpfProgram program = loaded.Program("rewrite");
        var output = new byte[128];

        BpfTestRunResult result = program.TestRun(TestPrograms.Frame(64), output);

        Assert.Equal(64, result.OutputLength);
        Assert.Equal(0xEE, output[63]);
        Assert.Equal(0, output[64]);
    }

    [KernelFact]
    public void Carries_metadata_in_and_out()
    {
        using BpfObject loaded = TestPrograms.Load(Rewriter);
        using BpfProgram program = loaded.Program("rewrite");
        var context = new BpfSkbContext { Mark = 41, Priority = 7, InterfaceIndex = 1 };
        context.Control[0] = 10;

        BpfTestRunResult result = program.TestRun(TestPrograms.Frame(), [], ref context, 1);

        Assert.Equal(7, result.ReturnCode);
        Assert.Equal(42u, context.Mark);
        Assert.Equal(11u, context.Control[1]);
    }

    [KernelFact]
    public void Repeats_and_gives_the_mean_time()
    {
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfProgram program = loaded.Program("count");
        using BpfHashMap<uint, ulong> lengths = loaded.HashMap<uint, ulong>("by_length");

        BpfTestRunResult result = program.TestRun(TestPrograms.Frame(), [], 1000);

        Assert.Equal(1000UL, lengths[60]);
        Assert.InRange(result.Nanoseconds, 1, 1_000_000);
    }

    [KernelFact]
    public void An_output_that_is_too_small_says_how_long_the_packet_is()
    {
        using BpfObject loaded = TestPrograms.Load(Rewriter);
        using BpfProgram program = loaded.Program("rewrite");
        var output = new byte[10];
        byte[] frame = TestPrograms.Frame(64);

        BpfTestRunResult result = program.TestRun(frame, output);

        Assert.Equal(64, result.OutputLength);
        Assert.Equal(frame[..10], output);
    }

    [KernelFact]
    public void Refuses_a_packet_without_an_ethernet_header_and_says_so()
    {
        using BpfObject loaded = TestPrograms.Load(Rewriter);
        using BpfProgram program = loaded.Program("rewrite");
        BpfException refused = Assert.Throws<BpfException>(() => program.TestRun(new byte[13], []));
        Assert.Equal("EINVAL", refused.ErrnoName);
        Assert.Contains("13 bytes", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Refuses_a_device_that_does_not_exist()
    {
        using BpfObject loaded = TestPrograms.Load(Rewriter);
        using BpfProgram program = loaded.Program("rewrite");
        var context = new BpfSkbContext { InterfaceIndex = 987_654 };
        Assert.ThrowsAny<BpfException>(() => program.TestRun(TestPrograms.Frame(), [], ref context, 1));
    }

    [KernelFact]
    public void Says_whether_the_sum_of_a_device_still_fits()
    {
        Assert.SkipWhen(Environment.OSVersion.Version < new Version(6, 17), "Test-runs of summed packets came with Linux 6.17.");
        using BpfObject loaded = TestPrograms.Load("""
            SEC("tc") int careful(struct __sk_buff *skb) { __u32 to = 0x01020304; return bpf_skb_store_bytes(skb, 40, &to, 4, BPF_F_RECOMPUTE_CSUM); }
            SEC("tc") int careless(struct __sk_buff *skb) { __u32 to = 0x01020304; return bpf_skb_store_bytes(skb, 40, &to, 4, 0); }
            """);
        using BpfProgram careful = loaded.Program("careful");
        using BpfProgram careless = loaded.Program("careless");
        byte[] output = new byte[64];
        BpfSkbContext context = default;

        Assert.Equal((0, 64), (careful.TestRunSummed(TestPrograms.Frame(64), output, ref context).ReturnCode, output.Length));
        Assert.Equal([4, 3, 2, 1], output[40..44]);
        BpfException refused = Assert.Throws<BpfException>(() => careless.TestRunSummed(TestPrograms.Frame(64), output, ref context));
        Assert.Equal("EBADMSG", refused.ErrnoName);
        Assert.Contains("sum that a device had made", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Refuses_a_program_that_runs_at_a_kernel_function()
    {
        using BpfObject loaded = TestPrograms.Load("""SEC("kprobe/do_nothing_here") int probe(void *context) { return 0; }""");
        using BpfProgram program = loaded.Program("probe");
        Assert.Equal(BpfProgramType.Kprobe, program.Type);
        BpfNotSupportedException refused = Assert.Throws<BpfNotSupportedException>(() => program.TestRun(TestPrograms.Frame(), []));
        Assert.Contains("Kprobe", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Refuses_to_repeat_less_than_once()
    {
        using BpfObject loaded = TestPrograms.Load(Rewriter);
        using BpfProgram program = loaded.Program("rewrite");
        Assert.Throws<ArgumentOutOfRangeException>(() => program.TestRun(TestPrograms.Frame(), [], 0));
    }
}
