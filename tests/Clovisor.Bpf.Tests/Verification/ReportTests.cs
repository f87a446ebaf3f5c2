using Clovisor.Bpf.Verification;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Verification;

public sealed class ReportTests
{
    /// <summary>Faults that people make, and what must be said about each: a word of the kernel's reason, and one of the advice.</summary>
    public static TheoryData<string, string, string, string> Faults => new()
    {
        { "no test for NULL", """
            struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1); } numbers SEC(".maps");
            SEC("tc") int fault(struct __sk_buff *skb) { __u32 k = 0; __u64 *v = bpf_map_lookup_elem(&numbers, &k); return *v; }
            """, "map_value_or_null", "compare its result with NULL" },
        { "no test of the packet's end", """
            SEC("tc") int fault(struct __sk_buff *skb) { char *p = (void *)(long)skb->data; return p[20]; }
            """, "outside of the packet", "data_end" },
        { "offset not bounded", """
            struct pair { __u32 numbers[4]; };
            struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, struct pair); __uint(max_entries, 1); } pairs SEC(".maps");
            SEC("tc") int fault(struct __sk_buff *skb) { __u32 k = 0; struct pair *v = bpf_map_lookup_elem(&pairs, &k); return v ? v->numbers[skb->len] : 0; }
            """, "R", "ound" },
        { "never released", """
            struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ring SEC(".maps");
            SEC("tc") int fault(struct __sk_buff *skb) { return bpf_ringbuf_reserve(&ring, 8, 0) != 0; }
            """, "eference", "every path" },
        { "a helper of other types", """
            SEC("xdp") int fault(struct xdp_md *ctx) { return bpf_skb_ecn_set_ce((void *)ctx); }
            """, "cannot use helper", "BpfFeatures.Helper" },
        { "a number as an address", """
            SEC("tc") int fault(struct __sk_buff *skb) { __u64 *p = (void *)(long)(skb->len + 1000ULL); return *(volatile __u64 *)p; }
            """, "scalar", "number is used as an address" },
        { "a result that is not allowed", """
            SEC("cgroup_skb/egress") int fault(struct __sk_buff *skb) { return 77; }
            """, "R0", "documented constants" },
        { "a member that is not there", """
            SEC("xdp") int fault(struct xdp_md *ctx) { *(volatile __u32 *)&ctx->data = 1; return 0; }
            """, "invalid bpf_context access", "context" },
        { "padding of a key", """
            struct key { __u32 a; __u64 b; };
            struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, struct key); __type(value, __u64); __uint(max_entries, 1); } numbers SEC(".maps");
            SEC("socket") int fault(struct __sk_buff *skb) { struct key k; k.a = 1; bpf_map_lookup_elem(&numbers, &k); return *(volatile __u8 *)(long)k.b; }
            """, "", "" },
    };

    [KernelTheory]
    [MemberData(nameof(Faults))]
    public void A_fault_comes_with_its_place_and_what_to_do(string name, string source, string reason, string advice)
    {
        using BpfObjectFile file = TestPrograms.Open(source);
        BpfVerifierException refused = Assert.Throws<BpfVerifierException>(file.Load);

        BpfVerifierReport report = refused.Report;
        Assert.Contains(reason, report.Reason, StringComparison.Ordinal);
        Assert.True(report.Suggestion?.Contains(advice, StringComparison.Ordinal) ?? advice.Length == 0, $"{name}: {report}");
        Assert.NotNull(report.Instruction);
        Assert.StartsWith("(", report.InstructionText, StringComparison.Ordinal);
        Assert.Equal("<stdin>", report.File);
        Assert.InRange(report.Line!.Value, 6, 8);
        Assert.NotNull(report.Statistics);
        Assert.Equal(1_000_000, report.Statistics.InstructionLimit);
        Assert.Contains(report.Reason, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_older_way_to_name_the_source_is_read_and_the_newer_with_the_place()
    {
        const string Older = "; if (value > 3)\n7: (61) r0 = *(u32 *)(r1 +0)\nR1 invalid mem access 'inv'\nprocessed 7 insns (limit 1000000) max_states_per_insn 0 total_states 2 peak_states 3 mark_read 1\n";
        BpfVerifierReport older = BpfVerifierReport.Parse(Older);
        Assert.Equal(("if (value > 3)", null, null), (older.Source, older.File, older.Line));
        Assert.Equal((7, "(61) r0 = *(u32 *)(r1 +0)"), (older.Instruction, older.InstructionText));
        Assert.Equal((7, 1_000_000, 2, 3), (older.Statistics!.ProcessedInstructions, older.Statistics.InstructionLimit, older.Statistics.TotalStates, older.Statistics.PeakStates));

        BpfVerifierReport newer = BpfVerifierReport.Parse(
            "; if (a @ b) @ dir/x.bpf.c:12\n7: (61) r0 = *(u32 *)(r1 +0)         ; R0_w=scalar()\nR1 invalid mem access 'scalar'\nstack depth 8+0+16\nprocessed 7 insns (limit 1000000)\n");
        Assert.Equal(("if (a @ b)", "dir/x.bpf.c", 12), (newer.Source, newer.File, newer.Line));
        Assert.Equal("(61) r0 = *(u32 *)(r1 +0)", newer.InstructionText);
        Assert.Equal([8, 0, 16], newer.Statistics!.StackDepth);
        Assert.Equal($"R1 invalid mem access 'scalar'{Environment.NewLine}  at dir/x.bpf.c:12: if (a @ b){Environment.NewLine}  {newer.Suggestion}", newer.ToString());
    }

    [Fact]
    public void The_kernels_own_advice_goes_before_ours()
    {
        BpfVerifierReport report = BpfVerifierReport.Parse("0: (61) r0 = *(u32 *)(r1 +0)\nReason: R1 is map_value_or_null\nSuggestion: add a null check\nprocessed 1 insns (limit 1000000)\n");
        Assert.Equal("R1 is map_value_or_null", report.Reason);
        Assert.Equal("add a null check", report.Suggestion);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n;\n; \n: (61)\n")]
    [InlineData("99999999999999999999: (61) r0\nprocessed 99999999999999999999 insns (limit 5)\n; x @ y:99999999999999999999\n")]
    [InlineData("stack depth \nprocessed 1 insns (limit 2)\n")]
    public void A_log_of_no_known_form_does_no_harm(string log)
    {
        BpfVerifierReport report = BpfVerifierReport.Parse(log);
        Assert.NotEmpty(report.Reason);
        Assert.NotEmpty(report.ToString());
    }

    [Fact]
    public void A_huge_log_is_read_from_its_end()
    {
        string log = string.Concat(Enumerable.Repeat("1: (bf) r1 = r1\n", 1_000_000)) + "; int x; @ a.c:3\n9: (95) exit\nR0 !read_ok\nprocessed 9 insns (limit 1000000)\n";
        BpfVerifierReport report = BpfVerifierReport.Parse(log);
        Assert.Equal(("R0 !read_ok", 9, 3), (report.Reason, report.Instruction, report.Line));
    }
}
