using System.Runtime.CompilerServices;
using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Links;

/// <summary>The bytes that attaching hands to the kernel, and those it reads back, held against the layouts in the kernel's own BTF. What this machine cannot run is proven here.</summary>
public sealed unsafe class LinkLayoutTests
{
    private static readonly Lazy<BtfTypeTable> Kernel = new(BtfTypeTable.OpenKernel);

    [KernelFact]
    public void Creating_a_link()
    {
        LinkCreateAttributes ours;
        byte* start = (byte*)&ours;
        Assert.Equal(Offset("bpf_attr", "link_create.prog_fd"), (byte*)&ours.ProgramDescriptor - start);
        Assert.Equal(Offset("bpf_attr", "link_create.target_fd"), (byte*)&ours.Target - start);
        Assert.Equal(Offset("bpf_attr", "link_create.target_ifindex"), (byte*)&ours.Target - start);
        Assert.Equal(Offset("bpf_attr", "link_create.attach_type"), (byte*)&ours.AttachType - start);
        Assert.Equal(Offset("bpf_attr", "link_create.flags"), (byte*)&ours.Flags - start);
        foreach (string hook in (string[])["tcx", "netkit", "cgroup"])
        {
            Assert.Equal(Offset("bpf_attr", $"link_create.{hook}.relative_fd"), (byte*)&ours.Anchor.RelativeTo - start);
            Assert.Equal(Offset("bpf_attr", $"link_create.{hook}.relative_id"), (byte*)&ours.Anchor.RelativeTo - start);
            Assert.Equal(Offset("bpf_attr", $"link_create.{hook}.expected_revision"), (byte*)&ours.Anchor.ExpectedRevision - start);
        }

        Assert.Equal(Offset("bpf_attr", "link_create.iter_info"), (byte*)&ours.Iterator.Info - start);
        Assert.Equal(Offset("bpf_attr", "link_create.iter_info_len"), (byte*)&ours.Iterator.InfoLength - start);
        Assert.Equal(Offset("bpf_attr", "link_create.perf_event.bpf_cookie"), (byte*)&ours.PerfCookie - start);
        Assert.Equal(Offset("bpf_attr", "link_create.tracing.target_btf_id"), (byte*)&ours.Tracing.TargetBtfId - start);
        Assert.Equal(Offset("bpf_attr", "link_create.tracing.cookie"), (byte*)&ours.Tracing.Cookie - start);
        Assert.Equal(Offset("bpf_attr", "link_create.netfilter.pf"), (byte*)&ours.Netfilter.Family - start);
        Assert.Equal(Offset("bpf_attr", "link_create.netfilter.hooknum"), (byte*)&ours.Netfilter.Hook - start);
        Assert.Equal(Offset("bpf_attr", "link_create.netfilter.priority"), (byte*)&ours.Netfilter.Priority - start);
        Assert.Equal(Offset("bpf_attr", "link_create.netfilter.flags"), (byte*)&ours.Netfilter.Flags - start);
        Assert.Equal(Offset("bpf_attr", "link_create.kprobe_multi.flags"), (byte*)&ours.KprobeMulti.Flags - start);
        Assert.Equal(Offset("bpf_attr", "link_create.kprobe_multi.cnt"), (byte*)&ours.KprobeMulti.Count - start);
        Assert.Equal(Offset("bpf_attr", "link_create.kprobe_multi.syms"), (byte*)&ours.KprobeMulti.Symbols - start);
        Assert.Equal(Offset("bpf_attr", "link_create.kprobe_multi.addrs"), (byte*)&ours.KprobeMulti.Addresses - start);
        Assert.Equal(Offset("bpf_attr", "link_create.kprobe_multi.cookies"), (byte*)&ours.KprobeMulti.Cookies - start);
        Assert.Equal(Offset("bpf_attr", "link_create.uprobe_multi.path"), (byte*)&ours.UprobeMulti.Path - start);
        Assert.Equal(Offset("bpf_attr", "link_create.uprobe_multi.offsets"), (byte*)&ours.UprobeMulti.Offsets - start);
        Assert.Equal(Offset("bpf_attr", "link_create.uprobe_multi.ref_ctr_offsets"), (byte*)&ours.UprobeMulti.ReferenceCounters - start);
        Assert.Equal(Offset("bpf_attr", "link_create.uprobe_multi.cookies"), (byte*)&ours.UprobeMulti.Cookies - start);
        Assert.Equal(Offset("bpf_attr", "link_create.uprobe_multi.cnt"), (byte*)&ours.UprobeMulti.Count - start);
        Assert.Equal(Offset("bpf_attr", "link_create.uprobe_multi.flags"), (byte*)&ours.UprobeMulti.Flags - start);
        Assert.Equal(Offset("bpf_attr", "link_create.uprobe_multi.pid"), (byte*)&ours.UprobeMulti.ProcessId - start);
    }

    [KernelFact]
    public void Attaching_without_a_link_and_what_else_is_asked()
    {
        ProgramAttachAttributes attach;
        Assert.Equal(Offset("bpf_attr", "attach_bpf_fd"), (byte*)&attach.ProgramDescriptor - (byte*)&attach);
        Assert.Equal(Offset("bpf_attr", "attach_type"), (byte*)&attach.AttachType - (byte*)&attach);
        Assert.Equal(Offset("bpf_attr", "attach_flags"), (byte*)&attach.Flags - (byte*)&attach);
        Assert.Equal(Offset("bpf_attr", "replace_bpf_fd"), (byte*)&attach.ReplacedDescriptor - (byte*)&attach);
        Assert.Equal(Offset("bpf_attr", "relative_fd"), (byte*)&attach.RelativeTo - (byte*)&attach);
        Assert.Equal(Offset("bpf_attr", "expected_revision"), (byte*)&attach.ExpectedRevision - (byte*)&attach);

        ProgramQueryAttributes query;
        Assert.Equal(Offset("bpf_attr", "query.prog_ids"), (byte*)&query.ProgramIds - (byte*)&query);
        Assert.Equal(Offset("bpf_attr", "query.count"), (byte*)&query.Count - (byte*)&query);
        Assert.Equal(Offset("bpf_attr", "query.link_ids"), (byte*)&query.LinkIds - (byte*)&query);
        Assert.Equal(Offset("bpf_attr", "query.revision"), (byte*)&query.Revision - (byte*)&query);

        RawTracepointAttributes raw;
        Assert.Equal(Offset("bpf_attr", "raw_tracepoint.name"), (byte*)&raw.Name - (byte*)&raw);
        Assert.Equal(Offset("bpf_attr", "raw_tracepoint.prog_fd"), (byte*)&raw.ProgramDescriptor - (byte*)&raw);
        Assert.Equal(Offset("bpf_attr", "raw_tracepoint.cookie"), (byte*)&raw.Cookie - (byte*)&raw);

        TestRunAttributes test;
        Assert.Equal(Offset("bpf_attr", "test.ctx_out"), (byte*)&test.ContextOut - (byte*)&test);
        Assert.Equal(Offset("bpf_attr", "test.flags"), (byte*)&test.Flags - (byte*)&test);
        Assert.Equal(Offset("bpf_attr", "test.cpu"), (byte*)&test.Cpu - (byte*)&test);
        Assert.Equal(Offset("bpf_attr", "test.batch_size"), (byte*)&test.BatchSize - (byte*)&test);
    }

    [KernelFact]
    public void What_is_said_of_a_link()
    {
        LinkInfo ours;
        byte* start = (byte*)&ours;
        Assert.Equal(Offset("bpf_link_info", "prog_id"), (byte*)&ours.ProgramId - start);
        foreach ((string hook, string target) in ((string, string)[])[("tcx", "ifindex"), ("netkit", "ifindex"), ("netns", "netns_ino"), ("sockmap", "map_id")])
        {
            Assert.Equal(Offset("bpf_link_info", $"{hook}.{target}"), (byte*)&ours.Target.Target - start);
            Assert.Equal(Offset("bpf_link_info", $"{hook}.attach_type"), (byte*)&ours.Target.AttachType - start);
        }

        Assert.Equal(Offset("bpf_link_info", "xdp.ifindex"), (byte*)&ours.Target.Target - start);
        Assert.Equal(Offset("bpf_link_info", "struct_ops.map_id"), (byte*)&ours.Target.Target - start);
        Assert.Equal(Offset("bpf_link_info", "cgroup.cgroup_id"), (byte*)&ours.Cgroup.Id - start);
        Assert.Equal(Offset("bpf_link_info", "cgroup.attach_type"), (byte*)&ours.Cgroup.AttachType - start);
        Assert.Equal(Offset("bpf_link_info", "raw_tracepoint.tp_name"), (byte*)&ours.RawTracepoint.Name - start);
        Assert.Equal(Offset("bpf_link_info", "raw_tracepoint.tp_name_len"), (byte*)&ours.RawTracepoint.NameLength - start);
        Assert.Equal(Offset("bpf_link_info", "raw_tracepoint.cookie"), (byte*)&ours.RawTracepoint.Cookie - start);
        Assert.Equal(Offset("bpf_link_info", "tracing.target_btf_id"), (byte*)&ours.Tracing.TargetBtfId - start);
        Assert.Equal(Offset("bpf_link_info", "tracing.cookie"), (byte*)&ours.Tracing.Cookie - start);
        Assert.Equal(Offset("bpf_link_info", "iter.target_name_len"), (byte*)&ours.Iterator.NameLength - start);
        Assert.Equal(Offset("bpf_link_info", "iter.map.map_id"), (byte*)&ours.Iterator.MapId - start);
        Assert.Equal(Offset("bpf_link_info", "netfilter.priority"), (byte*)&ours.Netfilter.Priority - start);
        Assert.Equal(Offset("bpf_link_info", "kprobe_multi.count"), (byte*)&ours.KprobeMulti.Count - start);
        Assert.Equal(Offset("bpf_link_info", "kprobe_multi.missed"), (byte*)&ours.KprobeMulti.Missed - start);
        Assert.Equal(Offset("bpf_link_info", "uprobe_multi.path_size"), (byte*)&ours.UprobeMulti.PathSize - start);
        Assert.Equal(Offset("bpf_link_info", "uprobe_multi.pid"), (byte*)&ours.UprobeMulti.ProcessId - start);
        Assert.Equal(Offset("bpf_link_info", "perf_event.type"), (byte*)&ours.PerfType - start);
        Assert.Equal(Offset("bpf_link_info", "perf_event.tracepoint.tp_name"), (byte*)&ours.Tracepoint.Name - start);
        Assert.Equal(Offset("bpf_link_info", "perf_event.tracepoint.cookie"), (byte*)&ours.Tracepoint.Cookie - start);
        Assert.Equal(Offset("bpf_link_info", "perf_event.kprobe.addr"), (byte*)&ours.Kprobe.Address - start);
        Assert.Equal(Offset("bpf_link_info", "perf_event.kprobe.cookie"), (byte*)&ours.Kprobe.Cookie - start);
        Assert.Equal(Offset("bpf_link_info", "perf_event.uprobe.offset"), (byte*)&ours.Uprobe.Offset - start);
        Assert.Equal(Offset("bpf_link_info", "perf_event.uprobe.cookie"), (byte*)&ours.Uprobe.Cookie - start);
        Assert.Equal(Offset("bpf_link_info", "perf_event.event.config"), (byte*)&ours.Event.Config - start);
        Assert.Equal(Offset("bpf_link_info", "perf_event.event.type"), (byte*)&ours.Event.Type - start);
    }

    [KernelFact]
    public void What_is_said_of_a_program()
    {
        ProgramInfo ours;
        byte* start = (byte*)&ours;
        Assert.Equal(Kernel.Value.Struct("bpf_prog_info").Size, Unsafe.SizeOf<ProgramInfo>());
        Assert.Equal(Offset("bpf_prog_info", "load_time"), (byte*)&ours.LoadTime - start);
        Assert.Equal(Offset("bpf_prog_info", "map_ids"), (byte*)&ours.MapIds - start);
        Assert.Equal(Offset("bpf_prog_info", "btf_id"), (byte*)&ours.BtfId - start);
        Assert.Equal(Offset("bpf_prog_info", "func_info_rec_size"), (byte*)&ours.FunctionInfoSize - start);
        Assert.Equal(Offset("bpf_prog_info", "func_info"), (byte*)&ours.FunctionInfo - start);
        Assert.Equal(Offset("bpf_prog_info", "nr_func_info"), (byte*)&ours.FunctionInfoCount - start);
        Assert.Equal(Offset("bpf_prog_info", "nr_line_info"), (byte*)&ours.LineInfoCount - start);
        Assert.Equal(Offset("bpf_prog_info", "line_info"), (byte*)&ours.LineInfo - start);
        Assert.Equal(Offset("bpf_prog_info", "line_info_rec_size"), (byte*)&ours.LineInfoSize - start);
        Assert.Equal(Offset("bpf_prog_info", "run_time_ns"), (byte*)&ours.RunTime - start);
        Assert.Equal(Offset("bpf_prog_info", "run_cnt"), (byte*)&ours.RunCount - start);
        Assert.Equal(Offset("bpf_prog_info", "recursion_misses"), (byte*)&ours.RecursionMisses - start);
        Assert.Equal(Offset("bpf_prog_info", "verified_insns"), (byte*)&ours.VerifiedInstructions - start);
        Assert.Equal(Offset("bpf_prog_info", "attach_btf_id"), (byte*)&ours.AttachBtfId - start);
    }

    [KernelFact]
    public void Contexts_of_test_runs()
    {
        BpfXdpContext xdp;
        Assert.Equal(Kernel.Value.Struct("xdp_md").Size, Unsafe.SizeOf<BpfXdpContext>());
        Assert.Equal(Offset("xdp_md", "data_end"), (byte*)&xdp.PacketEnd - (byte*)&xdp);
        Assert.Equal(Offset("xdp_md", "ingress_ifindex"), (byte*)&xdp.IngressInterfaceIndex - (byte*)&xdp);
        Assert.Equal(Offset("xdp_md", "rx_queue_index"), (byte*)&xdp.ReceiveQueue - (byte*)&xdp);

        BpfSocketLookupContext lookup;
        Assert.Equal(Kernel.Value.Struct("bpf_sk_lookup").Size, Unsafe.SizeOf<BpfSocketLookupContext>());
        Assert.Equal(Offset("bpf_sk_lookup", "family"), (byte*)&lookup.Family - (byte*)&lookup);
        Assert.Equal(Offset("bpf_sk_lookup", "remote_ip6"), (byte*)&lookup.RemoteIPv6 - (byte*)&lookup);
        Assert.Equal(Offset("bpf_sk_lookup", "remote_port"), (byte*)&lookup.RemotePort - (byte*)&lookup);
        Assert.Equal(Offset("bpf_sk_lookup", "local_ip4"), (byte*)&lookup.LocalIPv4 - (byte*)&lookup);
        Assert.Equal(Offset("bpf_sk_lookup", "local_ip6"), (byte*)&lookup.LocalIPv6 - (byte*)&lookup);
        Assert.Equal(Offset("bpf_sk_lookup", "local_port"), (byte*)&lookup.LocalPort - (byte*)&lookup);

        BpfFlowKeys keys;
        Assert.Equal(Kernel.Value.Struct("bpf_flow_keys").Size, Unsafe.SizeOf<BpfFlowKeys>());
        Assert.Equal(Offset("bpf_flow_keys", "ip_proto"), (byte*)&keys.TransportProtocol - (byte*)&keys);
        Assert.Equal(Offset("bpf_flow_keys", "dport"), (byte*)&keys.DestinationPort - (byte*)&keys);
        Assert.Equal(Offset("bpf_flow_keys", "ipv6_src"), (byte*)&keys.Addresses - (byte*)&keys);
        Assert.Equal(Offset("bpf_flow_keys", "flow_label"), (byte*)&keys.FlowLabel - (byte*)&keys);
    }

    [KernelFact]
    public void Perf_events()
    {
        PerfEventAttributes ours;
        byte* start = (byte*)&ours;
        Assert.Equal(Offset("perf_event_attr", "config"), (byte*)&ours.Config - start);
        Assert.Equal(Offset("perf_event_attr", "sample_period"), (byte*)&ours.SamplePeriod - start);
        Assert.Equal(Offset("perf_event_attr", "sample_type"), (byte*)&ours.SampleType - start);
        Assert.Equal(Offset("perf_event_attr", "disabled"), (byte*)&ours.Flags - start);
        Assert.Equal(Offset("perf_event_attr", "wakeup_events"), (byte*)&ours.WakeupEvents - start);
        Assert.Equal(Offset("perf_event_attr", "kprobe_func"), (byte*)&ours.Config1 - start);
        Assert.Equal(Offset("perf_event_attr", "probe_offset"), (byte*)&ours.Config2 - start);
        BtfMember frequency = Kernel.Value.Struct("perf_event_attr").Member("freq");
        Assert.Equal(PerfEventAttributes.UseFrequency, 1UL << (frequency.BitOffset - 8 * 40));
    }

    [KernelFact]
    public void A_netfilter_place_is_written_as_the_kernel_reads_it()
    {
        LinkCreateAttributes ours = BpfProgram.NetfilterAttributes(new NetfilterOptions
        {
            Family = NetfilterFamily.IPv6, Hook = NetfilterHook.PostRouting, Priority = -5, Defragment = true,
        });
        uint[] words = [.. System.Runtime.InteropServices.MemoryMarshal.Cast<LinkCreateAttributes, uint>([ours])[..8]];
        Assert.Equal([0u, 0u, 45u, 0u, 10u, 4u, unchecked((uint)-5), 1u], words);
    }

    // A path through structs and unions; those without a name are looked into.
    private static long Offset(string type, string path)
    {
        BtfType current = Kernel.Value.TryGetStruct(type, out BtfStruct? found) ? found : throw new KeyNotFoundException(type);
        long offset = 0;
        foreach (string name in path.Split('.'))
        {
            (BtfType Type, long Offset) step = Find((BtfStruct)current, name) ?? throw new KeyNotFoundException($"{type}: {path}");
            (current, offset) = (step.Type, offset + step.Offset);
        }

        return offset;
    }

    private static (BtfType Type, long Offset)? Find(BtfStruct owner, string name)
    {
        foreach (BtfMember member in owner.Members)
        {
            if (member.Name == name)
            {
                return (member.Type, member.Offset);
            }

            if (member.Name.Length == 0 && member.Type is BtfStruct inner && Find(inner, name) is { } deeper)
            {
                return (deeper.Type, deeper.Offset + member.Offset);
            }
        }

        return null;
    }
}
