using Clovisor.Bpf;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Maps;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Programs of others on the devices, made by the test itself, which count the packets that they see.</summary>
public sealed class ForeignProgramTests : IDisposable
{
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

            if (count)
                __sync_fetch_and_add(count, 1);
            return TC_ACT_UNSPEC;
        }
        """;

    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    public static TheoryData<TcAttachmentKind, TcAttachmentKind> Pairs() => new()
    {
        { TcAttachmentKind.Tcx, TcAttachmentKind.Tcx },
        { TcAttachmentKind.Tcx, TcAttachmentKind.Clsact },
        { TcAttachmentKind.Clsact, TcAttachmentKind.Tcx },
        { TcAttachmentKind.Clsact, TcAttachmentKind.Clsact },
    };

    [KernelTheory]
    [MemberData(nameof(Pairs))]
    public void Goes_on_counting_before_during_and_after(TcAttachmentKind foreign, TcAttachmentKind own)
    {
        using var counter = new Foreign(_lab, foreign, TcDirection.Egress, "wan0");
        Assert.True(counter.SeenWhile(() => _lab.Client(tcp: true, v6: false).Echo()) > 0, "nothing was counted before");

        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings(own));
        Assert.True(counter.SeenWhile(() => _lab.Client(tcp: true, v6: false).Echo()) > 0, "nothing was counted during");

        _lab.Edge.Run(datapath.Uninstall);
        Assert.True(counter.SeenWhile(() => _lab.Client(tcp: true, v6: false).Echo()) > 0, "nothing was counted after");
    }

    [KernelTheory]
    [MemberData(nameof(Pairs))]
    public void Sees_the_packets_that_a_session_sends_by_its_device(TcAttachmentKind foreign, TcAttachmentKind own)
    {
        using var egress = new Foreign(_lab, foreign, TcDirection.Egress, "wan1");
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings(own));
        using var ingress = new Foreign(_lab, foreign, TcDirection.Ingress, "wan0");
        EchoClient client = _lab.Client(tcp: false, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        // On wan0 since replies are handed back there.
        Assert.True(egress.SeenWhile(() => client.Echo()) >= 1, "wan1 egress saw no packet");
        Assert.True(ingress.SeenWhile(() => client.Echo()) >= 1, "wan0 ingress saw no packet");
    }

    private sealed class Foreign : IDisposable
    {
        private readonly WanLab _lab;
        private readonly BpfArrayMap<ulong> _seen;
        private readonly TcAttachment _attachment;

        internal Foreign(WanLab lab, TcAttachmentKind kind, TcDirection direction, string device)
        {
            _lab = lab;
            using var file = BpfObjectFile.Open(BpfCompiler.Compile(Counting), "foreign.bpf.o");
            using BpfObject loaded = file.Load();
            using Clovisor.Bpf.Programs.BpfProgram program = loaded.Program("foreign");
            _seen = loaded.ArrayMap<ulong>("seen");
            int index = lab.Edge.IndexOf(device);
            _attachment = lab.Edge.Run(() => TcAttachment.Attach(program, index, direction, new TcAttachOptions { Kind = kind, Priority = 7, Handle = 7 }));
        }

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
}
