using Clovisor.Bpf.Verification;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Verification;

public sealed class VerifierTests
{
    [KernelFact]
    public void A_refused_program_brings_its_name_its_reason_and_the_whole_log()
    {
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Refused);

        BpfVerifierException refused = Assert.Throws<BpfVerifierException>(file.Load);

        Assert.Equal("careless", refused.Program);
        Assert.Equal("EACCES", refused.ErrnoName);
        Assert.Contains("map_value_or_null", refused.Summary, StringComparison.Ordinal);
        Assert.StartsWith("load program careless of test.bpf.o: Permission denied (EACCES, 13). The verifier says: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(refused.Summary, refused.Log, StringComparison.Ordinal);
        Assert.Contains("processed ", refused.Log, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_file_can_be_put_right_and_loaded_after_a_failure()
    {
        using BpfObjectFile file = TestPrograms.Open("""
            const volatile __u32 broken = 1;
            struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1); } numbers SEC(".maps");
            SEC("tc") int careless(struct __sk_buff *skb)
            {
                __u32 zero = 0;
                __u64 *value = bpf_map_lookup_elem(&numbers, &zero);
                return !broken ? 0 : *value;
            }
            """);
        Assert.Throws<BpfVerifierException>(file.Load);
        file.SetGlobal("broken", 0u);
        using BpfObject loaded = file.Load();
        Assert.Equal(["careless"], loaded.ProgramNames);
    }

    [KernelFact]
    public void A_long_log_comes_whole()
    {
        // Every branch is walked and logged: far more than the 64 KB that loaders start with.
        using BpfObjectFile file = TestPrograms.Open("""
            SEC("tc") int branches(struct __sk_buff *skb)
            {
                __u64 sum = 0;
            #pragma clang loop unroll(full)
                for (int i = 0; i < 400; i++)
                    if (bpf_get_prandom_u32() & 1)
                        sum += bpf_ktime_get_ns();
                return *(volatile __u8 *)(long)(sum | 1);
            }
            """);

        BpfVerifierException refused = Assert.Throws<BpfVerifierException>(file.Load);

        Assert.True(refused.Log.Length > 100_000, $"{refused.Log.Length} characters");
        Assert.True(refused.Message.Length < 5000, $"{refused.Message.Length} characters");
        Assert.Contains("more lines in Log", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_map_that_the_kernel_refuses_is_named()
    {
        using BpfObjectFile file = TestPrograms.Open("""
            struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __uint(key_size, 8); __uint(value_size, 8); __uint(max_entries, 4); } trie SEC(".maps");
            SEC("tc") int lookup(struct __sk_buff *skb) { __u64 key = 0; return bpf_map_lookup_elem(&trie, &key) != 0; }
            """);
        BpfException refused = Assert.Throws<BpfException>(file.Load);
        Assert.Equal("EINVAL", refused.ErrnoName);
        Assert.Contains("trie", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Sections_that_an_older_libbpf_does_not_know_load_all_the_same()
    {
        using BpfObject loaded = TestPrograms.Load("""
            SEC("tcx/ingress") int in(struct __sk_buff *skb) { return 1; }
            SEC("tcx/egress") int out(struct __sk_buff *skb) { return 2; }
            """);
        using Bpf.Programs.BpfProgram program = loaded.Program("out");
        Assert.Equal(2, program.TestRun(TestPrograms.Frame(), []).ReturnCode);
    }

    [KernelFact]
    public void A_section_that_nobody_knows_is_named()
    {
        using BpfObjectFile file = TestPrograms.Open("""SEC("tick_tock") int lost(struct __sk_buff *skb) { return 1; }""");
        BpfException refused = Assert.Throws<BpfException>(file.Load);
        Assert.Contains("lost in section \"tick_tock\"", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0: (b7) r0 = 0\nR1 !read_ok\nprocessed 1 insns (limit 1000000)\n", "R1 !read_ok")]
    [InlineData("0: r0\nReason: pointer may be null\nSuggestion: test it first\nprocessed 4 insns\n", "pointer may be null")]
    [InlineData("invalid mem access 'scalar'\nverification time 12 usec\nstack depth 0\nprocessed 2 insns\n", "invalid mem access 'scalar'")]
    [InlineData("", "(the log is empty)")]
    [InlineData("processed 1 insns\n", "(the log is empty)")]
    public void The_line_that_states_the_reason_is_found_in_old_and_new_logs(string log, string reason) =>
        Assert.Equal(reason, BpfVerifierReport.Parse(log).Reason);
}
