using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class MapCreationTests
{
    [KernelFact]
    public void What_was_asked_for_is_what_the_kernel_made()
    {
        using BpfMap map = BpfMap.Create(new BpfMapSpec(BpfMapType.Hash, "clvt.spec")
        {
            KeySize = 6,
            ValueSize = 10,
            MaxEntries = 33,
            Flags = BpfMapOptions.NoPreallocation,
            NumaNode = 0,
        });
        Assert.Equal((BpfMapType.Hash, 6, 10, 33u), (map.Type, map.KeySize, map.ValueSize, map.MaxEntries));
        Assert.Equal(BpfMapOptions.NoPreallocation | BpfMapOptions.NumaNode, map.Flags);
        using BpfMap? again = BpfMap.OpenById(map.Id);
        Assert.Equal(("clvt.spec", map.Id), (again!.Name, again.Id));
    }

    [KernelFact]
    public void All_maps_of_the_kernel_are_enumerated_by_number()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 1);
        uint[] ids = [.. BpfMap.EnumerateIds()];
        Assert.Contains(map.Id, ids);
        Assert.Equal(ids.Order(), ids);
        Assert.Null(BpfMap.OpenById(uint.MaxValue));
    }

    [KernelFact]
    public void A_map_without_types_can_be_given_some()
    {
        using BpfMap map = BpfMap.Create(new BpfMapSpec(BpfMapType.Hash, "clvt") { KeySize = 4, ValueSize = 12, MaxEntries = 1, HasTypes = true });
        Assert.Equal("int", map.Btf!.Key!.Name);
        BtfStruct value = Assert.IsType<BtfStruct>(map.Btf.Value);
        Assert.Equal(12, value.Size);
    }

    [KernelFact]
    public void A_refusal_says_what_was_asked_for()
    {
        BpfException refused = Assert.Throws<BpfException>(() => BpfMap.Create(BpfMapType.Array, "clvt", 8, 8, 1));
        Assert.Contains("Array with keys of 8 B", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => BpfMap.Create(new BpfMapSpec(BpfMapType.Hash, "clvt") { NumaNode = -1 }));
    }

    [KernelFact]
    public void Map_types_this_library_has_no_class_for_are_used_as_bytes()
    {
        // The number of LRU hashes, cast.
        using BpfMap map = BpfMap.Create((BpfMapType)9, "clvt", 4, 4, 10);
        Assert.True(map.TryUpdate([1, 0, 0, 0], [2, 0, 0, 0]));
        byte[] value = new byte[4];
        Assert.True(map.TryLookup([1, 0, 0, 0], value));
        Assert.Equal(2, value[0]);
    }

    [KernelFact]
    public void Creating_every_kind_leaves_no_descriptor_open() => OpenDescriptors.MustNotLeak(() =>
    {
        using BpfHashMap<uint, uint> hash = BpfHashMap.CreateLru<uint, uint>("clvt", 8);
        using BpfArrayOfMaps<BpfHashMap<uint, uint>> outer = BpfArrayOfMaps.Create("clvt", 1, hash);
        outer.Set(0, hash);
        Assert.True(outer.TryOpen(0, out BpfHashMap<uint, uint>? opened));
        opened.Dispose();
        using BpfStackTraceMap traces = BpfStackTraceMap.Create("clvt", 8, 16);
        using Bpf.Maps.Storage.BpfLocalStorage<ulong> storage = Bpf.Maps.Storage.BpfLocalStorage.Create<ulong>(BpfMapType.TaskStorage, "clvt");
        Assert.ThrowsAny<BpfException>(() => BpfHashMap.Create<uint, uint>("clvt", 0));
        Assert.Throws<BpfMapIncompatibleException>(() => new BpfQueue<uint>(hash.Map));
    });
}
