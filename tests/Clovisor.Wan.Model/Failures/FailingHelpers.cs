using Clovisor.Bpf;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Maps.Views;

namespace Clovisor.Wan.Model.Failures;

/// <summary>
/// Helpers of the kernel that change packets seldom fail, and never on demand: the programs' source is compiled once more with those calls able to.
/// </summary>
internal sealed class FailingHelpers : IDisposable
{
    /// <summary>Goes before the first line of the source.</summary>
    internal const string Prelude = """
        #include <linux/bpf.h>
        #include <bpf/bpf_helpers.h>
        struct {
            __uint(type, BPF_MAP_TYPE_ARRAY);
            __uint(map_flags, BPF_F_MMAPABLE);
            __uint(max_entries, 1);
            __type(key, __u32);
            __type(value, __u64);
        } clvt_calls SEC(".maps");

        static __always_inline int clvt_fails(void)
        {
            __u32 zero = 0;
            __u64 *left = bpf_map_lookup_elem(&clvt_calls, &zero);

            return left && *left && --*left == 0;
        }

        static __always_inline long clvt_store(struct __sk_buff *skb, __u32 at, const void *from, __u32 length, __u64 flags)
        {
            return clvt_fails() ? -1 : bpf_skb_store_bytes(skb, at, from, length, flags);
        }

        static __always_inline long clvt_l3(struct __sk_buff *skb, __u32 at, __u64 from, __u64 to, __u64 flags)
        {
            return clvt_fails() ? -1 : bpf_l3_csum_replace(skb, at, from, to, flags);
        }

        static __always_inline long clvt_l4(struct __sk_buff *skb, __u32 at, __u64 from, __u64 to, __u64 flags)
        {
            return clvt_fails() ? -1 : bpf_l4_csum_replace(skb, at, from, to, flags);
        }

        static __always_inline long clvt_vlan_pop(struct __sk_buff *skb)
        {
            return clvt_fails() ? -1 : bpf_skb_vlan_pop(skb);
        }

        static __always_inline long clvt_change_tail(struct __sk_buff *skb, __u32 length, __u64 flags)
        {
            return clvt_fails() ? -1 : bpf_skb_change_tail(skb, length, flags);
        }

        static __always_inline long clvt_change_head(struct __sk_buff *skb, __u32 length, __u64 flags)
        {
            return clvt_fails() ? -1 : bpf_skb_change_head(skb, length, flags);
        }
        #define bpf_skb_change_head clvt_change_head
        #define bpf_skb_store_bytes clvt_store
        #define bpf_l3_csum_replace clvt_l3
        #define bpf_l4_csum_replace clvt_l4
        #define bpf_skb_vlan_pop clvt_vlan_pop
        #define bpf_skb_change_tail clvt_change_tail

        """;

    private const string MapName = "clvt_calls";

    private readonly BpfArrayMap<ulong> _map;
    private readonly BpfArrayView<ulong> _view;

    private FailingHelpers(BpfArrayMap<ulong> map)
    {
        _map = map;
        _view = map.MapWritable();
    }

    /// <summary>The switch of a loaded object; null for one that has none.</summary>
    internal static FailingHelpers? Of(BpfObject loaded) =>
        loaded.MapNames.Contains(MapName) ? new FailingHelpers(loaded.ArrayMap<ulong>(MapName)) : null;

    /// <summary>Lets one of the next calls fail: 1 the next; 0 none.</summary>
    internal void FailAt(int call) => Volatile.Write(ref _view[0], (ulong)call);

    /// <summary>How many calls are left until one fails; 0 if it did, or none was to.</summary>
    internal int Left => (int)Volatile.Read(ref _view[0]);

    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
    }
}
