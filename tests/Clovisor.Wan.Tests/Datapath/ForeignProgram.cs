using Clovisor.Bpf;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Networking;
using Clovisor.Testing;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>A program of somebody else's on a device, which counts the packets that it sees and passes them on.</summary>
internal sealed class ForeignProgram : IDisposable
{
    private const uint Mark = 0x77;

    private const string Counting = """
        struct {
            __uint(type, BPF_MAP_TYPE_ARRAY);
            __uint(max_entries, 1);
            __type(key, __u32);
            __type(value, __u64);
        } seen SEC(".maps");

        SEC("tc") int foreign(struct __sk_buff *skb)
        {
            __u32 zero = 0;
            __u64 *count = bpf_map_lookup_elem(&seen, &zero);

            skb->mark = MARK;
            if (count && (CONDITION))
                __sync_fetch_and_add(count, 1);
            return TC_ACT_UNSPEC;
        }
        """;

    private readonly WanLab _lab;
    private readonly BpfArrayMap<ulong> _seen;
    private readonly TcAttachment _attachment;

    /// <param name="lab">Whose edge.</param>
    /// <param name="kind">By tcx or clsact.</param>
    /// <param name="direction">The side of the device.</param>
    /// <param name="device">The device.</param>
    /// <param name="marks">Whether it marks what it sees.</param>
    /// <param name="counts">A condition in C that a packet must meet to be counted.</param>
    internal ForeignProgram(WanLab lab, TcAttachmentKind kind, TcDirection direction, string device, bool marks = false, string counts = "1")
    {
        _lab = lab;
        string code = Counting.Replace("MARK", marks ? $"{Mark}" : "skb->mark", StringComparison.Ordinal).Replace("CONDITION", counts, StringComparison.Ordinal);
        using var file = BpfObjectFile.Open(BpfCompiler.Compile(code), "foreign.bpf.o");
        using BpfObject loaded = file.Load();
        using Clovisor.Bpf.Programs.BpfProgram program = loaded.Program("foreign");
        _seen = loaded.ArrayMap<ulong>("seen");
        int index = lab.Edge.IndexOf(device);
        _attachment = lab.Edge.Run(() => TcAttachment.Attach(program, index, direction, new TcAttachOptions { Kind = kind, Priority = 7, Handle = 7 }));
    }

    /// <summary>A condition: that such a program has marked the packet.</summary>
    internal static string IsMarked { get; } = $"skb->mark == {Mark}";

    internal long SeenWhile(Action action)
    {
        ulong before = _seen[0];
        action();
        return (long)(_seen[0] - before);
    }

    public void Dispose()
    {
        _lab.Edge.Run(_attachment.Detach);
        _attachment.Dispose();
        _seen.Dispose();
    }
}
