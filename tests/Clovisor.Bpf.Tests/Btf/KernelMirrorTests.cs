using System.Runtime.CompilerServices;
using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Features;
using Clovisor.Bpf.Instructions;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Btf;

/// <summary>The numbers and layouts copied from the kernel, held against the running kernel's own BTF.</summary>
public sealed class KernelMirrorTests
{
    private static readonly Lazy<BtfTypeTable> Kernel = new(static () => BtfTypeTable.Parse(File.ReadAllBytes("/sys/kernel/btf/vmlinux")));

    [KernelTheory]
    [InlineData(nameof(BpfCommand.MapLookupElement), "BPF_MAP_LOOKUP_ELEM")]
    [InlineData(nameof(BpfCommand.MapLookupAndDeleteElement), "BPF_MAP_LOOKUP_AND_DELETE_ELEM")]
    [InlineData(nameof(BpfCommand.MapFreeze), "BPF_MAP_FREEZE")]
    [InlineData(nameof(BpfCommand.MapLookupBatch), "BPF_MAP_LOOKUP_BATCH")]
    [InlineData(nameof(BpfCommand.MapUpdateBatch), "BPF_MAP_UPDATE_BATCH")]
    [InlineData(nameof(BpfCommand.MapDeleteBatch), "BPF_MAP_DELETE_BATCH")]
    [InlineData(nameof(BpfCommand.ObjectPin), "BPF_OBJ_PIN")]
    [InlineData(nameof(BpfCommand.ObjectGet), "BPF_OBJ_GET")]
    [InlineData(nameof(BpfCommand.ProgramTestRun), "BPF_PROG_TEST_RUN")]
    [InlineData(nameof(BpfCommand.ProgramQuery), "BPF_PROG_QUERY")]
    [InlineData(nameof(BpfCommand.ObjectGetInfoByDescriptor), "BPF_OBJ_GET_INFO_BY_FD")]
    [InlineData(nameof(BpfCommand.BtfGetDescriptorById), "BPF_BTF_GET_FD_BY_ID")]
    [InlineData(nameof(BpfCommand.LinkCreate), "BPF_LINK_CREATE")]
    [InlineData(nameof(BpfCommand.LinkUpdate), "BPF_LINK_UPDATE")]
    [InlineData(nameof(BpfCommand.LinkDetach), "BPF_LINK_DETACH")]
    public void Commands_have_the_kernels_numbers(string ours, string theirs) =>
        Assert.Equal(Kernel.Value.Enum("bpf_cmd").Value(theirs), (long)Enum.Parse<BpfCommand>(ours));

    [KernelTheory]
    [InlineData(BpfMapType.Hash, "HASH")]
    [InlineData(BpfMapType.Array, "ARRAY")]
    [InlineData(BpfMapType.PerCpuHash, "PERCPU_HASH")]
    [InlineData(BpfMapType.PerCpuArray, "PERCPU_ARRAY")]
    [InlineData(BpfMapType.LruHash, "LRU_HASH")]
    [InlineData(BpfMapType.LruPerCpuHash, "LRU_PERCPU_HASH")]
    [InlineData(BpfMapType.LpmTrie, "LPM_TRIE")]
    [InlineData(BpfMapType.Queue, "QUEUE")]
    [InlineData(BpfMapType.Stack, "STACK")]
    [InlineData(BpfMapType.SocketHash, "SOCKHASH")]
    [InlineData(BpfMapType.DeviceHash, "DEVMAP_HASH")]
    [InlineData(BpfMapType.RingBuffer, "RINGBUF")]
    [InlineData(BpfMapType.UserRingBuffer, "USER_RINGBUF")]
    public void Map_types_have_the_kernels_numbers(BpfMapType ours, string theirs) =>
        Assert.Equal(Kernel.Value.Enum("bpf_map_type").Value($"BPF_MAP_TYPE_{theirs}"), (long)ours);

    [KernelFact]
    public void Program_types_have_the_kernels_numbers() =>
        SameNumbers<BpfProgramType>("bpf_prog_type", "BPF_PROG_TYPE_", 32);

    [KernelFact]
    public void Attach_types_have_the_kernels_numbers() =>
        SameNumbers<BpfAttachType>("bpf_attach_type", "BPF_", 57);

    [KernelFact]
    public void Helpers_have_the_kernels_numbers_and_names()
    {
        BtfEnumeration helpers = Kernel.Value.Enum("bpf_func_id");
        Assert.Equal(212, Enum.GetValues<BpfHelper>().Length);
        Assert.All(Enum.GetValues<BpfHelper>(), helper =>
            Assert.Equal(helpers.Value($"BPF_FUNC_{BpfDisassembler.NameOf(helper)["bpf_".Length..]}"), (long)helper));
    }

    [KernelTheory]
    [InlineData(BpfLinkType.Xdp, "XDP")]
    [InlineData(BpfLinkType.Tcx, "TCX")]
    [InlineData(BpfLinkType.Netkit, "NETKIT")]
    [InlineData(BpfLinkType.Netfilter, "NETFILTER")]
    public void Link_types_have_the_kernels_numbers(BpfLinkType ours, string theirs) =>
        Assert.Equal(Kernel.Value.Enum("bpf_link_type").Value($"BPF_LINK_TYPE_{theirs}"), (long)ours);

    [KernelFact]
    public unsafe void The_head_of_the_descriptions_is_the_kernels()
    {
        MapInfo map;
        ProgramInfo program;
        BtfInfo btf;
        Assert.Equal(Offset("bpf_map_info", "max_entries"), (byte*)&map.MaxEntries - (byte*)&map);
        Assert.Equal(Offset("bpf_map_info", "name"), map.Name - (byte*)&map);
        Assert.Equal(Offset("bpf_map_info", "btf_id"), (byte*)&map.BtfId - (byte*)&map);
        Assert.Equal(Offset("bpf_map_info", "btf_value_type_id"), (byte*)&map.BtfValueTypeId - (byte*)&map);
        Assert.Equal(Offset("bpf_prog_info", "tag"), (byte*)&program.Tag - (byte*)&program);
        Assert.Equal(Offset("bpf_prog_info", "name"), program.Name - (byte*)&program);
        Assert.Equal(Offset("bpf_btf_info", "btf_size"), (byte*)&btf.Size - (byte*)&btf);
    }

    [KernelFact]
    public unsafe void The_metadata_of_a_packet_lies_where_the_kernel_has_it()
    {
        BpfSkbContext context;
        byte* start = (byte*)&context;
        Assert.Equal(Kernel.Value.Struct("__sk_buff").Size, Unsafe.SizeOf<BpfSkbContext>());
        Assert.Equal(Offset("__sk_buff", "mark"), (byte*)&context.Mark - start);
        Assert.Equal(Offset("__sk_buff", "priority"), (byte*)&context.Priority - start);
        Assert.Equal(Offset("__sk_buff", "ingress_ifindex"), (byte*)&context.IngressInterfaceIndex - start);
        Assert.Equal(Offset("__sk_buff", "ifindex"), (byte*)&context.InterfaceIndex - start);
        Assert.Equal(Offset("__sk_buff", "cb"), (byte*)&context.Control - start);
        Assert.Equal(Offset("__sk_buff", "tstamp"), (byte*)&context.Timestamp - start);
        Assert.Equal(Offset("__sk_buff", "wire_len"), (byte*)&context.WireLength - start);
        Assert.Equal(Offset("__sk_buff", "gso_segs"), (byte*)&context.SegmentCount - start);
        Assert.Equal(Offset("__sk_buff", "gso_size"), (byte*)&context.SegmentSize - start);
    }

    // The running kernel is newer than all of them: a probe that says no is broken.
    [KernelFact]
    public void Every_feature_is_found_on_a_kernel_that_is_newer()
    {
        Version running = Version.Parse(Environment.OSVersion.Version.ToString(2));
        foreach (BpfFeature feature in BpfFeatures.All)
        {
            Assert.True(running < feature.Introduced || feature.Probe().Answer == BpfSupport.Supported, $"{feature}: {feature.Probe()} on {running}");
        }
    }

    // The names are written out, the order is the kernel's: the kernel's shortened words must stand in ours in order, letter by letter.
    private static void SameNumbers<T>(string type, string prefix, int last)
        where T : struct, Enum
    {
        BtfEnumeration kernels = Kernel.Value.Enum(type);
        Assert.Equal(last, Enum.GetValues<T>().Max(static value => Convert.ToInt32(value, null)));
        foreach (T value in Enum.GetValues<T>())
        {
            string theirs = kernels.Values.First(pair => pair.Value == Convert.ToInt32(value, null)).Key[prefix.Length..];
            Assert.True(Abbreviates(theirs.Replace("_", "", StringComparison.Ordinal), value.ToString()), $"{value} for {theirs}");
        }
    }

    private static bool Abbreviates(string shortened, string whole)
    {
        int at = 0;
        foreach (char c in whole)
        {
            if (at < shortened.Length && char.ToUpperInvariant(c) == shortened[at])
            {
                at++;
            }
        }

        return at == shortened.Length;
    }

    private static long Offset(string type, string member) => Kernel.Value.Struct(type).Member(member).Offset;
}
