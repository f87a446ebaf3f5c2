using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Clovisor.Bpf;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Maps.Views;
using Clovisor.Wan.Model.Rules;

namespace Clovisor.Wan.Model.Kernel;

/// <summary>
/// Where a program sends packets. A test-run says that a packet was redirected, not where to: so the programs' source is compiled once more with the two
/// calls noted before they are made, everything else as it is shipped.
/// </summary>
internal sealed class RedirectNotes : IDisposable
{
    /// <summary>Goes before the first line of the source.</summary>
    internal const string Prelude = """
        #include <linux/bpf.h>
        #include <bpf/bpf_helpers.h>
        struct clvt_notes { __u32 count; __u32 device; __u32 family; __u32 arrives; __u8 hop[16]; };
        struct {
            __uint(type, BPF_MAP_TYPE_ARRAY);
            __uint(map_flags, BPF_F_MMAPABLE);
            __uint(max_entries, 1);
            __type(key, __u32);
            __type(value, struct clvt_notes);
        } clvt_noted SEC(".maps");

        static __always_inline struct clvt_notes *clvt_note(void)
        {
            __u32 zero = 0;
            return bpf_map_lookup_elem(&clvt_noted, &zero);
        }

        static __always_inline long clvt_redirect(__u32 device, __u64 flags)
        {
            struct clvt_notes *note = clvt_note();
            if (note) {
                note->count++;
                note->device = device;
                note->family = 0;
                note->arrives = flags == BPF_F_INGRESS;
            }
            return bpf_redirect(device, flags);
        }

        static __always_inline long clvt_redirect_neigh(__u32 device, struct bpf_redir_neigh *hop, int size, __u64 flags)
        {
            struct clvt_notes *note = clvt_note();
            if (note) {
                note->count++;
                note->device = device;
                note->family = hop ? hop->nh_family : 1;
                note->arrives = 0;
                if (hop)
                    __builtin_memcpy(note->hop, hop->ipv6_nh, sizeof(note->hop));
            }
            return bpf_redirect_neigh(device, hop, size, flags);
        }
        #define bpf_redirect clvt_redirect
        #define bpf_redirect_neigh clvt_redirect_neigh

        """;

    private const string MapName = "clvt_noted";

    private readonly BpfArrayMap<Notes> _map;
    private readonly BpfArrayView<Notes> _view;

    private RedirectNotes(BpfArrayMap<Notes> map)
    {
        _map = map;
        _view = map.MapWritable();
    }

    /// <summary>The notes of a loaded object; null for one that takes none.</summary>
    internal static RedirectNotes? Of(BpfObject loaded) =>
        loaded.MapNames.Contains(MapName) ? new RedirectNotes(loaded.ArrayMap<Notes>(MapName)) : null;

    internal void Forget() => Volatile.Write(ref _view[0].Count, 0);

    /// <summary>The call since <see cref="Forget"/>; null if there was none, or more than one.</summary>
    internal Redirection? Seen()
    {
        ref Notes notes = ref _view[0];
        ReadOnlySpan<byte> hop = notes.Hop;
        return Volatile.Read(ref notes.Count) != 1 ? null : new Redirection(
            notes.Device,
            notes.Arrives != 0,
            notes.Family switch { 2 => new IPAddress(hop[..4]), 10 => new IPAddress(hop), _ => null },
            ByRoute: notes.Family == 1);
    }

    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Notes
    {
        internal uint Count;
        internal uint Device;
        internal uint Family;
        internal uint Arrives;
        internal HopBytes Hop;
    }

    [InlineArray(16)]
    private struct HopBytes
    {
        private byte _first;
    }
}
