using System.Net;
using System.Net.Sockets;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Programs;

public sealed class TestRunKindsTests
{
    [KernelFact]
    public void Xdp_sees_metadata_and_may_move_the_packets_start()
    {
        using BpfObject loaded = TestPrograms.Load("""
            SEC("xdp") int adjust(struct xdp_md *context)
            {
                __u32 *meta = (void *)(long)context->data_meta;
                __u32 seen;
                if ((void *)(meta + 1) > (void *)(long)context->data)
                    return XDP_ABORTED;
                seen = *meta;
                if (bpf_xdp_adjust_head(context, 4))
                    return XDP_ABORTED;
                return seen == 77 ? XDP_TX : XDP_DROP;
            }
            """);
        using BpfProgram program = loaded.Program("adjust");
        byte[] packet = [77, 0, 0, 0, .. TestPrograms.Frame(64)];
        var output = new byte[128];
        var context = new BpfXdpContext { MetadataLength = 4 };

        BpfTestRunResult result = program.TestRunXdp(packet, output, ref context);

        Assert.Equal(3, result.ReturnCode);
        Assert.True(result.OutputLength is 60 or 64, $"{result.OutputLength}");
        Assert.Throws<BpfException>(() =>
        {
            var wrong = new BpfXdpContext { MetadataLength = 3 };
            program.TestRunXdp(packet, [], ref wrong);
        });
    }

    [KernelFact]
    public void Live_packets_leave_by_the_device()
    {
        using var space = new NetworkNamespace("live");
        space.AddVeth("v0", space, "v1");
        using var counter = HitCounter.Of("xdp", 3);
        int device = space.IndexOf("v0");
        long before = Received(space);

        space.Run(() =>
        {
            // A device takes transmitted packets when it runs a program itself.
            using var passing = HitCounter.Of("xdp", 2);
            using Bpf.Networking.XdpAttachment here = passing.Program.AttachXdp(device);
            using Bpf.Networking.XdpAttachment there = passing.Program.AttachXdp(space.IndexOf("v1"));
            counter.Program.TestRunXdpLive(TestPrograms.Frame(64), new BpfXdpContext { IngressInterfaceIndex = (uint)device }, repeat: 100, batch: 10);
        });

        Assert.Equal(100UL, counter.Hits);
        Assert.True(SpinWait.SpinUntil(() => Received(space) - before >= 100, TimeSpan.FromSeconds(10)), $"{Received(space) - before} of 100 packets arrived");
    }

    [KernelFact]
    public void A_raw_trace_point_gets_its_arguments_on_the_cpu_asked_for()
    {
        using var counter = HitCounter.FromSource("""
            SEC("raw_tp/task_rename") int hit(struct bpf_raw_tracepoint_args *context)
            {
                count(0, context->args[0] + context->args[1]);
                count(1, bpf_get_smp_processor_id());
                return 5;
            }
            """);
        int cpu = Environment.ProcessorCount - 1;
        Assert.Equal(5, counter.Program.TestRunRawTracepoint([40, 2], cpu).ReturnCode);
        Assert.Equal((42UL, (ulong)cpu), (counter[0], counter[1]));
        counter.Program.TestRunRawTracepoint([1, 1]);
        Assert.Equal(44UL, counter[0]);
        Assert.Throws<BpfException>(() => counter.Program.TestRunRawTracepoint([1]));
        Assert.ThrowsAny<BpfException>(() => counter.Program.TestRunRawTracepoint([1, 2], 9999));
    }

    [KernelFact]
    public void Sk_lookup_sees_the_connection_that_is_asked_about()
    {
        using var counter = HitCounter.FromSource("""
            SEC("sk_lookup") int hit(struct bpf_sk_lookup *context)
            {
                count(0, 1);
                return context->local_port == 8125 && context->protocol == 6 ? SK_PASS : SK_DROP;
            }
            """);
        var context = new BpfSocketLookupContext { Family = (uint)AddressFamily.InterNetwork, Protocol = (uint)ProtocolType.Tcp, LocalPort = 8125 };
        Assert.Equal(1, counter.Program.TestRunSocketLookup(ref context, 10).ReturnCode);
        Assert.Equal((10UL, 0UL), (counter.Hits, context.SocketCookie));
        context.LocalPort = 1;
        Assert.Equal(0, counter.Program.TestRunSocketLookup(ref context).ReturnCode);
        Assert.ThrowsAny<BpfException>(() =>
        {
            var wrong = new BpfSocketLookupContext { Family = 2, Protocol = 6, LocalPort = 70_000 };
            counter.Program.TestRunSocketLookup(ref wrong);
        });
    }

    [KernelFact]
    public void A_program_that_is_called_changes_its_argument()
    {
        using BpfObject loaded = TestPrograms.Load("""
            struct sum { __u64 left, right, result; };
            SEC("syscall") int add(struct sum *argument)
            {
                argument->result = argument->left + argument->right;
                return 6;
            }
            """);
        using BpfProgram program = loaded.Program("add");
        var sum = new Sum { Left = 40, Right = 2, Result = 0 };
        Assert.Equal(6, program.TestRunSyscall(ref sum).ReturnCode);
        Assert.Equal(42UL, sum.Result);
        Assert.ThrowsAny<BpfException>(() => program.TestRunSyscall(new byte[8]));
    }

    [KernelFact]
    public void A_flow_dissector_gives_the_keys_it_found()
    {
        using BpfObject loaded = TestPrograms.Load("""
            SEC("flow_dissector") int dissect(struct __sk_buff *skb)
            {
                struct bpf_flow_keys *keys = skb->flow_keys;
                keys->ip_proto = 17;
                keys->thoff = keys->nhoff + 20;
                keys->addr_proto = bpf_ntohs(0x0800);
                keys->ipv4_dst = 0x0100007f;
                keys->dport = bpf_htons(53);
                keys->flow_label = 3;
                return BPF_OK;
            }
            """);
        using BpfProgram program = loaded.Program("dissect");
        BpfTestRunResult result = program.TestRunFlowDissector(TestPrograms.Frame(), out BpfFlowKeys keys, 5);
        Assert.Equal(0, result.ReturnCode);
        Assert.Equal((17, 14, 34, 3u), (keys.TransportProtocol, keys.NetworkOffset, keys.TransportOffset, keys.FlowLabel));
        Assert.Equal(53, IPAddress.NetworkToHostOrder((short)keys.DestinationPort));
        Assert.Equal(0x0100007Fu, keys.Addresses[1]);
    }

    [KernelFact]
    public void Each_kind_refuses_programs_of_another_type()
    {
        using var counter = HitCounter.Of("tc");
        var xdp = default(BpfXdpContext);
        var lookup = default(BpfSocketLookupContext);
        Assert.Throws<ArgumentException>(() => counter.Program.TestRunXdp(TestPrograms.Frame(), [], ref xdp));
        Assert.Throws<ArgumentException>(() => counter.Program.TestRunXdpLive(TestPrograms.Frame(), xdp, 1));
        Assert.Throws<ArgumentException>(() => counter.Program.TestRunSocketLookup(ref lookup));
        Assert.Throws<ArgumentException>(() => counter.Program.TestRunRawTracepoint([]));
        Assert.Throws<ArgumentException>(() => counter.Program.TestRunSyscall([]));
        Assert.Throws<ArgumentException>(() => counter.Program.TestRunTracing());
        Assert.Throws<ArgumentException>(() => counter.Program.TestRunFlowDissector(TestPrograms.Frame(), out _));
    }

    private static long Received(NetworkNamespace space) =>
        long.Parse(space.Exec("cat", "/sys/class/net/v1/statistics/rx_packets").Trim(), System.Globalization.CultureInfo.InvariantCulture);

    private struct Sum
    {
        internal ulong Left, Right, Result;
    }
}
