using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Tests;

/// <summary>A loaded program named <c>hit</c> that counts its runs in an array named <c>hits</c>.</summary>
internal sealed class HitCounter : IDisposable
{
    /// <summary>What the source of such a program begins with.</summary>
    internal const string Prelude = """
        struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, __u64); __uint(max_entries, 4); } hits SEC(".maps");
        static __always_inline void count(__u32 slot, __u64 value)
        {
            __u64 *hit = bpf_map_lookup_elem(&hits, &slot);
            if (hit)
                __sync_fetch_and_add(hit, value);
        }

        """;

    private readonly BpfObject _loaded;
    private readonly BpfArrayMap<ulong> _hits;

    private HitCounter(string source)
    {
        _loaded = TestPrograms.Load(Prelude + source);
        Program = _loaded.Program("hit");
        _hits = _loaded.ArrayMap<ulong>("hits");
    }

    internal BpfProgram Program { get; }

    internal ulong Hits => _hits[0];

    internal ulong this[uint slot] => _hits[(int)slot];

    /// <summary>Loads a program of a section that counts one a run and returns a value.</summary>
    internal static HitCounter Of(string section, int answer = 0) => FromSource($$"""
        SEC("{{section}}") int hit(void *context)
        {
            count(0, 1);
            return {{answer}};
        }
        """);

    /// <summary>Loads source in which a function <c>hit</c> calls <c>count(slot, value)</c>.</summary>
    internal static HitCounter FromSource(string source) => new(source);

    /// <summary>How often it ran during an action.</summary>
    internal ulong During(Action action)
    {
        ulong before = Hits;
        action();
        return Hits - before;
    }

    public void Dispose()
    {
        Program.Dispose();
        _hits.Dispose();
        _loaded.Dispose();
    }
}
