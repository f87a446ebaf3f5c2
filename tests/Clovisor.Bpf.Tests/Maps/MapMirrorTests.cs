using System.Runtime.CompilerServices;
using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Maps.Storage;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

/// <summary>Layouts of the map commands, held against the running kernel's own BTF.</summary>
public sealed class MapMirrorTests
{
    private static readonly Lazy<BtfTypeTable> Kernel = new(static () => BtfTypeTable.Parse(File.ReadAllBytes("/sys/kernel/btf/vmlinux")));

    [KernelFact]
    public unsafe void Attributes_of_map_creation_lie_where_the_kernel_has_them()
    {
        MapCreateAttributes ours;
        byte* start = (byte*)&ours;
        BtfStruct theirs = Member("inner_map_fd");
        Assert.Equal(theirs.Member("map_flags").Offset, (byte*)&ours.Flags - start);
        Assert.Equal(theirs.Member("inner_map_fd").Offset, (byte*)&ours.InnerMapDescriptor - start);
        Assert.Equal(theirs.Member("numa_node").Offset, (byte*)&ours.NumaNode - start);
        Assert.Equal(theirs.Member("map_name").Offset, ours.Name - start);
        Assert.Equal(theirs.Member("map_ifindex").Offset, (byte*)&ours.InterfaceIndex - start);
        Assert.Equal(theirs.Member("btf_fd").Offset, (byte*)&ours.BtfDescriptor - start);
        Assert.Equal(theirs.Member("btf_value_type_id").Offset, (byte*)&ours.BtfValueTypeId - start);
        Assert.Equal(theirs.Member("map_extra").Offset, (byte*)&ours.Extra - start);
        Assert.Equal(theirs.Member("map_token_fd").Offset, (byte*)&ours.TokenDescriptor - start);
    }

    [KernelFact]
    public unsafe void Attributes_of_types_and_batches_lie_where_the_kernel_has_them()
    {
        BtfLoadAttributes types;
        BtfStruct theirTypes = Member("btf_log_buf");
        Assert.Equal(theirTypes.Member("btf_size").Offset, (byte*)&types.Size - (byte*)&types);
        Assert.Equal(theirTypes.Member("btf_flags").Offset, (byte*)&types.Flags - (byte*)&types);
        Assert.Equal(theirTypes.Member("btf_token_fd").Offset, (byte*)&types.TokenDescriptor - (byte*)&types);
        MapBatchAttributes batch;
        BtfStruct theirBatch = Kernel.Value.Struct("bpf_attr").Members.Select(static member => member.Type).OfType<BtfStruct>()
            .First(static type => type.Members.Any(static member => member.Name == "in_batch"));
        Assert.Equal(theirBatch.Member("count").Offset, (byte*)&batch.Count - (byte*)&batch);
        Assert.Equal(theirBatch.Member("map_fd").Offset, (byte*)&batch.MapDescriptor - (byte*)&batch);
        Assert.Equal(theirBatch.Member("elem_flags").Offset, (byte*)&batch.ElementFlags - (byte*)&batch);
        TokenCreateAttributes token;
        Assert.Equal(Member("bpffs_fd").Member("bpffs_fd").Offset, (byte*)&token.FileSystemDescriptor - (byte*)&token);
    }

    [KernelFact]
    public unsafe void Keys_and_descriptions_have_the_kernels_layout()
    {
        BtfStruct key = Kernel.Value.Struct("bpf_cgroup_storage_key");
        Assert.Equal(key.Size, Unsafe.SizeOf<BpfAttachedCgroupKey>());
        Assert.Equal(4 + 16, Unsafe.SizeOf<BpfLpmKey<UInt128>>());
        Assert.Equal(4 + 4, Unsafe.SizeOf<BpfLpmKey<uint>>());
        BtfStruct token = Kernel.Value.Struct("bpf_token_info");
        Assert.Equal(token.Size, Unsafe.SizeOf<TokenInfo>());
        TokenInfo ours;
        Assert.Equal(token.Member("allowed_progs").Offset, (byte*)&ours.Programs - (byte*)&ours);
        MapInfo info;
        Assert.Equal(Kernel.Value.Struct("bpf_map_info").Member("map_extra").Offset, (byte*)&info.Extra - (byte*)&info);
    }

    [KernelFact]
    public void Usage_says_what_a_map_takes_and_whether_it_is_frozen()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 4096);
        BpfMapUsage before = map.ReadUsage()!.Value;
        Assert.InRange(before.MemoryBytes, 4096 * 8, 1 << 20);
        Assert.False(before.IsFrozen);
        map.Freeze();
        Assert.True(map.ReadUsage()!.Value.IsFrozen);
        Assert.Throws<BpfPermissionException>(() => map.TryUpdate([0, 0, 0, 0], new byte[8]));
    }

    // The members of union bpf_attr have no names of their own.
    private static BtfStruct Member(string field) => Kernel.Value.Struct("bpf_attr").Members
        .Select(static member => member.Type)
        .OfType<BtfStruct>()
        .First(type => type.Members.Any(member => member.Name == field));
}
