using System.Net;
using System.Net.Sockets;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Networking;

/// <summary>Hooks on network namespaces, maps of sockets, netfilter and netkit.</summary>
public sealed class SocketHookTests
{
    private const string Verdict = """
        struct { __uint(type, BPF_MAP_TYPE_SOCKMAP); __type(key, __u32); __type(value, __u64); __uint(max_entries, 2); } sockets SEC(".maps");
        SEC("sk_msg") int hit(struct sk_msg_md *message) { count(0, message->size); return SK_DROP; }
        SEC("sk_skb/stream_verdict") int received(struct __sk_buff *skb) { count(1, 1); return SK_PASS; }
        """;

    [KernelFact]
    public void Sk_lookup_decides_on_connections_of_its_namespace()
    {
        using var space = new NetworkNamespace("lookup");
        using var dropping = HitCounter.Of("sk_lookup", 0);
        string[] connect = ["netns", "exec", space.Name, "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8125"];
        using TcpListener listener = space.Run(static () =>
        {
            var made = new TcpListener(IPAddress.Loopback, 8125);
            made.Start();
            return made;
        });
        Assert.Equal(0, Command.TryRun("ip", connect).ExitCode);

        using (BpfLink link = dropping.Program.AttachNetworkNamespace($"/run/netns/{space.Name}"))
        {
            NetworkNamespaceLinkInfo info = Assert.IsType<NetworkNamespaceLinkInfo>(link.ReadInfo());
            Assert.Equal((BpfAttachType.SocketLookup, dropping.Program.Id), (info.AttachType, info.ProgramId));
            Assert.Equal($"net:[{info.NamespaceInode}]", space.Exec("readlink", "/proc/self/ns/net").Trim());
            Assert.Equal([dropping.Program.Id], BpfAttachments.OfNetworkNamespace($"/run/netns/{space.Name}", BpfAttachType.SocketLookup).Programs.Select(static program => program.ProgramId));
            Assert.NotEqual(0, Command.TryRun("ip", connect).ExitCode);
            Assert.NotEqual(0UL, dropping.Hits);
        }

        Assert.Equal(0, Command.TryRun("ip", connect).ExitCode);
    }

    [KernelFact]
    public void A_flow_dissector_is_attached_to_the_namespace_of_the_thread_once()
    {
        using var space = new NetworkNamespace("dissect");
        using var counter = HitCounter.Of("flow_dissector");
        using BpfLink link = space.Run(() => counter.Program.AttachNetworkNamespace());
        Assert.Equal(BpfAttachType.FlowDissector, Assert.IsType<NetworkNamespaceLinkInfo>(link.ReadInfo()).AttachType);
        BpfException second = Assert.ThrowsAny<BpfException>(() => space.Run(() => counter.Program.AttachNetworkNamespace()));
        Assert.Contains("flow dissector", second.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<BpfException>(() => counter.Program.AttachNetworkNamespace("/proc/self/ns/mnt"));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_message_verdict_judges_what_sockets_of_the_map_send(bool withoutLinks)
    {
        using BpfObject loaded = TestPrograms.Load(HitCounter.Prelude + Verdict);
        using BpfProgram program = loaded.Program("hit");
        using BpfMap sockets = loaded.Map("sockets");
        using BpfArrayMap<ulong> hits = loaded.ArrayMap<ulong>("hits");
        SocketMapAttachment attachment = null!;
        if (withoutLinks)
        {
            SyscallFault.Run(Errno.EINVAL, [(int)BpfCommand.LinkCreate], () => attachment = program.AttachSocketMap(sockets));
            Assert.Null(attachment.Link);
        }
        else
        {
            attachment = program.AttachSocketMap(sockets);
            SocketMapLinkInfo info = Assert.IsType<SocketMapLinkInfo>(attachment.Link!.ReadInfo());
            Assert.Equal((sockets.Id, BpfAttachType.SocketMessageVerdict, program.Id), (info.MapId, info.AttachType, info.ProgramId));
        }

        Assert.Equal([program.Id], BpfAttachments.OfSocketMap(sockets, BpfAttachType.SocketMessageVerdict).Programs.Select(static found => found.ProgramId));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using TcpClient server = listener.AcceptTcpClient();
        Assert.True(sockets.TryUpdate(BitConverter.GetBytes(0u), BitConverter.GetBytes((ulong)client.Client.Handle)));

        Assert.Throws<SocketException>(() => client.Client.Send(new byte[7]));
        Assert.Equal(7UL, hits[0]);

        attachment.Dispose();
        attachment.Dispose();
        Assert.Empty(BpfAttachments.OfSocketMap(sockets, BpfAttachType.SocketMessageVerdict).Programs);
    }

    [KernelFact]
    public void A_stream_verdict_takes_the_hook_of_its_section_and_refuses_other_maps()
    {
        using BpfObject loaded = TestPrograms.Load(HitCounter.Prelude + Verdict);
        using BpfProgram program = loaded.Program("received");
        using BpfMap sockets = loaded.Map("sockets");
        using BpfMap hits = loaded.Map("hits");
        using SocketMapAttachment attachment = program.AttachSocketMap(sockets);
        Assert.Equal(BpfAttachType.SocketSkbStreamVerdict, attachment.AttachType);
        Assert.Contains("no map of sockets", Assert.ThrowsAny<BpfException>(() => program.AttachSocketMap(hits)).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Netfilter_judges_packets_at_its_place_and_priority()
    {
        using var space = new NetworkNamespace("nf");
        using var accepting = HitCounter.Of("netfilter", 1);
        using var dropping = HitCounter.Of("netfilter", 0);
        var options = new NetfilterOptions { Hook = NetfilterHook.LocalIn, Priority = 17 };
        using BpfLink link = space.Run(() => accepting.Program.AttachNetfilter(options));
        Assert.Equal(2UL, accepting.During(() => space.Exec("ping", "-c", "1", "-W", "1", "127.0.0.1")));
        NetfilterLinkInfo info = Assert.IsType<NetfilterLinkInfo>(link.ReadInfo());
        Assert.Equal((accepting.Program.Id, 2, 1, 17, 0u), (info.ProgramId, info.Family, info.Hook, info.Priority, info.Flags));

        BpfException taken = Assert.ThrowsAny<BpfException>(() => space.Run(() => dropping.Program.AttachNetfilter(options)));
        Assert.Contains("priority", taken.Message, StringComparison.Ordinal);
        using (space.Run(() => dropping.Program.AttachNetfilter(options with { Priority = 18 })))
        {
            Assert.NotEqual(0, Command.TryRun("ip", "netns", "exec", space.Name, "ping", "-c", "1", "-W", "1", "127.0.0.1").ExitCode);
        }

        space.Exec("ping", "-c", "1", "-W", "1", "127.0.0.1");
    }

    [KernelFact]
    public void Netkit_is_refused_where_the_kernel_has_none_or_the_device_is_another()
    {
        using var space = new NetworkNamespace("netkit");
        using var counter = HitCounter.Of("tc");
        BpfException refused = Assert.ThrowsAny<BpfException>(() =>
            space.Run(() => counter.Program.AttachNetkit(PacketCounter.Loopback, new NetkitAttachOptions { End = NetkitEnd.Peer })));
        Assert.Contains("Peer end of netkit interface 1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("netkit", refused.Hint!, StringComparison.Ordinal);
    }
}
