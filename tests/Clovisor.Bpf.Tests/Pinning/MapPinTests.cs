using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Pinning;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Pinning;

public sealed class MapPinTests
{
    private const string Named = """
        struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 16); __uint(pinning, LIBBPF_PIN_BY_NAME); } kept SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1); } other SEC(".maps");
        SEC("tc") int nothing(struct __sk_buff *skb) { __u32 zero = 0; return bpf_map_lookup_elem(&kept, &zero) && bpf_map_lookup_elem(&other, &zero); }
        """;

    [KernelFact]
    public void A_map_pinned_by_name_is_pinned_below_the_root_and_found_again()
    {
        using var pins = new PinDirectory();
        using BpfObjectFile file = Open(pins);
        Assert.Equal(Kept(pins), file.Map("kept").PinPath);
        uint id;
        using (BpfObject first = file.Load())
        using (BpfHashMap<uint, ulong> map = first.HashMap<uint, ulong>("kept"))
        {
            map[1] = 10;
            id = map.Map.Id;
        }

        using BpfObject second = file.Load();
        using BpfHashMap<uint, ulong> again = second.HashMap<uint, ulong>("kept");
        Assert.Equal((id, 10UL), (again.Map.Id, again[1]));
        Assert.False(File.Exists(pins.Under("other")));
    }

    [KernelFact]
    public void A_pinned_map_of_another_shape_is_refused_and_nothing_is_loaded()
    {
        using var pins = new PinDirectory();
        using BpfMap foreign = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 16, 16);
        foreign.Pin(Kept(pins));
        using BpfObjectFile file = Open(pins);
        file.Map("other").PinPath = pins.Under("other");

        BpfMapIncompatibleException refused = Assert.Throws<BpfMapIncompatibleException>(file.Load);

        Assert.Contains("value size is 8 in the object file, 16 in the existing map", refused.Message, StringComparison.Ordinal);
        Assert.Contains(Kept(pins), refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(pins.Under("other")));
    }

    [KernelFact]
    public void A_pinned_map_of_another_shape_is_replaced_when_the_policy_says_so()
    {
        using var pins = new PinDirectory();
        using BpfMap foreign = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 16, 16);
        foreign.Pin(Kept(pins));
        using BpfObjectFile file = Open(pins, BpfPinPolicy.ReuseOrReplace);
        using BpfObject loaded = file.Load();
        using BpfMap ours = loaded.Map("kept");
        using BpfMap pinned = BpfMap.OpenPinned(Kept(pins));
        Assert.Equal(ours.Id, pinned.Id);
        Assert.NotEqual(foreign.Id, pinned.Id);
        Assert.Single(Directory.GetFileSystemEntries(pins.Under("maps")));

        using BpfObject again = file.Load();
        using BpfMap same = again.Map("kept");
        Assert.Equal(ours.Id, same.Id);
    }

    [KernelFact]
    public void A_replaced_pin_stays_when_loading_fails()
    {
        using var pins = new PinDirectory();
        using BpfMap foreign = BpfMap.Create(BpfMapType.Array, "clvt", 4, 16, 16);
        foreign.Pin(pins.Under("numbers"));
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Refused);
        file.Map("numbers").PinPath = pins.Under("numbers");
        file.Map("numbers").PinPolicy = BpfPinPolicy.ReuseOrReplace;
        Assert.Throws<BpfVerifierException>(file.Load);
        using BpfMap pinned = BpfMap.OpenPinned(pins.Under("numbers"));
        Assert.Equal(foreign.Id, pinned.Id);
    }

    [KernelFact]
    public void A_taken_path_is_an_error_when_the_policy_says_so()
    {
        using var pins = new PinDirectory();
        using BpfObjectFile file = Open(pins, BpfPinPolicy.FailIfExists);
        using BpfObject first = file.Load();
        BpfException refused = Assert.Throws<BpfException>(file.Load);
        Assert.Equal("EEXIST", refused.ErrnoName);
        file.Map("kept").PinPolicy = BpfPinPolicy.Reuse;
        file.Load().Dispose();
    }

    [KernelFact]
    public void A_pin_that_fails_takes_the_others_back()
    {
        using var pins = new PinDirectory();
        using BpfObjectFile file = Open(pins);
        file.Map("other").PinPath = Path.Combine(Path.GetTempPath(), $"clvt-{Guid.NewGuid():N}");
        Assert.ThrowsAny<BpfException>(file.Load);
        Assert.Empty(Directory.GetFileSystemEntries(pins.Under("maps")));
    }

    [KernelFact]
    public void A_missing_directory_below_a_bpf_file_system_is_made()
    {
        using var pins = new PinDirectory();
        using BpfObjectFile file = Open(pins);
        file.Map("kept").PinPath = pins.Under("deep/er/kept");
        using BpfObject loaded = file.Load();
        Assert.True(File.Exists(pins.Under("deep/er/kept")));
    }

    [KernelFact]
    public void Reuse_by_pin_leaves_no_descriptor_open()
    {
        using var pins = new PinDirectory();
        OpenDescriptors.MustNotLeak(() =>
        {
            using BpfObjectFile file = Open(pins);
            file.Load().Dispose();
            file.Load().Dispose();
            file.Map("kept").MaxEntries = 17;
            Assert.Throws<BpfMapIncompatibleException>(file.Load);
        });
    }

    private static string Kept(PinDirectory pins)
    {
        Directory.CreateDirectory(pins.Under("maps"));
        return pins.Under("maps/kept");
    }

    private static BpfObjectFile Open(PinDirectory pins, BpfPinPolicy policy = BpfPinPolicy.Reuse) => BpfObjectFile.Open(
        BpfCompiler.Compile(Named), "test.bpf.o", new BpfObjectOptions { PinRoot = pins.Under("maps"), PinPolicy = policy });
}
