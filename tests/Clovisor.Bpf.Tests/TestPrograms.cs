namespace Clovisor.Bpf.Tests;

/// <summary>The small BPF programs of these tests.</summary>
internal static class TestPrograms
{
    /// <summary>Counts packets by length in a hash, and all of them in an array and a per-CPU array; leaves the packet to others.</summary>
    internal const string Counter = """
        struct pair { __u64 packets; __u64 bytes; };
        enum slot { SLOT_FIRST, SLOT_SECOND = 2, SLOT_COUNT };

        const volatile __u32 mark_to_set = 0;
        const volatile __u64 wide = 1;

        struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1024); } by_length SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, struct pair); __uint(max_entries, SLOT_COUNT); } totals SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __type(key, __u32); __type(value, __u64); __uint(max_entries, 2); } percpu SEC(".maps");

        SEC("tc") int count(struct __sk_buff *skb)
        {
            __u32 zero = 0, length = skb->len;
            __u64 one = 1, *seen = bpf_map_lookup_elem(&by_length, &length);
            struct pair *total = bpf_map_lookup_elem(&totals, &zero);
            __u64 *mine = bpf_map_lookup_elem(&percpu, &zero);
            enum slot slot = SLOT_FIRST;

            if (seen)
                __sync_fetch_and_add(seen, 1);
            else
                bpf_map_update_elem(&by_length, &length, &one, BPF_ANY);
            if (total) {
                __sync_fetch_and_add(&total->packets, 1);
                __sync_fetch_and_add(&total->bytes, length);
            }
            if (mine)
                *mine += 1;
            if (mark_to_set)
                skb->mark = mark_to_set + (wide > 1) + slot;
            return TC_ACT_UNSPEC;
        }

        SEC("tc") int twice(struct __sk_buff *skb)
        {
            __u32 zero = 0;
            struct pair *total = bpf_map_lookup_elem(&totals, &zero);

            if (total)
                __sync_fetch_and_add(&total->packets, 2);
            return TC_ACT_UNSPEC;
        }
        """;

    /// <summary>Reads a map value without asking whether there is one: refused by every verifier.</summary>
    internal const string Refused = """
        struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1); } numbers SEC(".maps");

        SEC("tc") int innocent(struct __sk_buff *skb) { return 0; }
        SEC("tc") int careless(struct __sk_buff *skb)
        {
            __u32 zero = 0;
            __u64 *value = bpf_map_lookup_elem(&numbers, &zero);
            return *value;
        }
        """;

    internal static BpfObjectFile Open(string source, string name = "test.bpf.o") => BpfObjectFile.Open(Clovisor.Testing.BpfCompiler.Compile(source), name);

    internal static BpfObject Load(string source)
    {
        using BpfObjectFile file = Open(source);
        return file.Load();
    }

    /// <summary>An IPv4 UDP frame of a length, from 42 bytes.</summary>
    internal static byte[] Frame(int length = 60)
    {
        byte[] frame = new byte[length];
        frame[12] = 0x08;
        frame[14] = 0x45;
        frame[17] = (byte)(length - 14);
        frame[22] = 64;
        frame[23] = 17;
        return frame;
    }
}
