using System.Text;
using Clovisor.Testing;

namespace Clovisor.Fuzz;

/// <summary>Inputs that are right, to be damaged: objects compiled on the spot, the BTF in them, logs of both kernel formats.</summary>
internal static class Seeds
{
    private static readonly string[] Sources =
    [
        """
        struct pair { __u64 packets; __u64 bytes; };
        const volatile __u32 mark = 7;
        __u64 counter; static volatile int hidden = 3;
        struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, struct pair); __uint(max_entries, 64); } by_length SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
        SEC("tc") int count(struct __sk_buff *skb)
        {
            __u32 length = skb->len; struct pair *seen = bpf_map_lookup_elem(&by_length, &length);
            if (seen) seen->packets += mark + hidden;
            counter++;
            return 0;
        }
        """,
        """
        enum color { RED, GREEN = 7, BLUE = -1 }; enum big : unsigned long { HUGE = 1UL << 40 };
        union word { __u32 whole; __u8 parts[4]; };
        struct bits { int a:3, b:29; unsigned long c:33; };
        typedef struct { union word w; enum color color; struct bits bits[3]; const char *name; int (*call)(int, struct bits *); float f; } all_kinds;
        struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, all_kinds); __uint(max_entries, 2); } first SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(max_entries, 2); __type(key, __u32); __array(values, struct inner); } outer SEC(".maps") = { .values = { &first } };
        struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __uint(key_size, 8); __uint(value_size, 4); __uint(max_entries, 9); __uint(map_flags, BPF_F_NO_PREALLOC); __uint(pinning, LIBBPF_PIN_BY_NAME); } routes SEC(".maps");
        all_kinds table[2] SEC(".data.table");
        static __noinline int helper(int x) { return x * 2 + table[x & 1].color; }
        SEC("xdp") int pass(struct xdp_md *ctx) { return helper(ctx->rx_queue_index) ? XDP_PASS : XDP_DROP; }
        SEC("cgroup_skb/egress") int out(struct __sk_buff *skb) { return 1; }
        """,
    ];

    private static readonly string[] LogTexts =
    [
        "func#0 @0\n0: R1=ctx(off=0,imm=0) R10=fp0\n; int careless(struct __sk_buff *skb) @ prog.c:12\n0: (b7) r1 = 0                        ; R1_w=0\n"
            + "1: (61) r0 = *(u32 *)(r0 +0)\nR0 invalid mem access 'map_value_or_null'\nprocessed 9 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 1\n",
        "0: (85) call bpf_map_lookup_elem#1\nunknown func bpf_foo#999\nprocessed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n",
        "; return *value; @ prog.c:7\n12: (79) r0 = *(u64 *)(r0 +0)\nReason: R0 may be NULL\nSuggestion: check the pointer before it is used\nprocessed 13 insns (limit 1000000)\n",
        "back-edge from insn 7 to 3\nprocessed 0 insns (limit 1000000)\n",
    ];

    private static readonly Lazy<IReadOnlyList<byte[]>> CompiledObjects = new(static () => [.. Sources.Select(BpfCompiler.Compile)]);
    private static readonly Lazy<IReadOnlyList<byte[]>> Types = new(static () => [.. Objects.Select(TypesOf)]);

    internal static IReadOnlyList<byte[]> Objects => CompiledObjects.Value;

    internal static IReadOnlyList<byte[]> Btf => Types.Value;

    internal static IReadOnlyList<byte[]> Logs { get; } = [.. LogTexts.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Instructions of the objects, or near enough: the reader must bear any bytes.</summary>
    internal static IReadOnlyList<byte[]> Instructions => Objects;

    // The section starts with its magic number and says itself how long it is.
    private static byte[] TypesOf(byte[] elf)
    {
        int start = elf.AsSpan().IndexOf(new byte[] { 0x9F, 0xEB, 1, 0, 24, 0, 0, 0 });
        int strings = BitConverter.ToInt32(elf, start + 16);
        int length = BitConverter.ToInt32(elf, start + 20);
        return elf.AsSpan(start, 24 + strings + length).ToArray();
    }
}
