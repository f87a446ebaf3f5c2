using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests;

public sealed class ObjectFileTests
{
    [Fact]
    public void Lists_programs_and_maps_without_loading()
    {
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        Assert.Equal(["count", "twice"], file.Programs.Select(static program => program.Name));
        BpfMapDefinition map = file.Map("by_length");
        Assert.Equal((BpfMapType.Hash, 4, 8, 1024u), (map.Type, map.KeySize, map.ValueSize, map.MaxEntries));
        Assert.Equal(["by_length", "totals", "percpu", "test.rodata"], file.Maps.Select(static map => map.Name));
    }

    [Fact]
    public void Opens_from_a_path()
    {
        string path = Path.Combine(Path.GetTempPath(), $"clvt-{Guid.NewGuid():N}.bpf.o");
        File.WriteAllBytes(path, BpfCompiler.Compile(TestPrograms.Counter));
        using (BpfObjectFile file = BpfObjectFile.Open(path))
        {
            Assert.Equal(Path.GetFileName(path), file.Name);
        }

        File.Delete(path);
        Assert.Throws<FileNotFoundException>(() => BpfObjectFile.Open(path));
    }

    [KernelFact]
    public void Sizes_a_map_before_loading()
    {
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        file.Map("by_length").MaxEntries = 7;
        using BpfObject loaded = file.Load();
        using BpfMap map = loaded.Map("by_length");
        Assert.Equal(7u, map.MaxEntries);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Map("by_length").MaxEntries = 0);
    }

    [KernelFact]
    public void Sets_constants_that_the_program_then_sees()
    {
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        file.SetGlobal("mark_to_set", 40u);
        file.SetGlobal("wide", 5UL);
        using BpfObject loaded = file.Load();
        using BpfProgram program = loaded.Program("count");
        var context = default(BpfSkbContext);
        program.TestRun(TestPrograms.Frame(), [], ref context, 1);
        Assert.Equal(41u, context.Mark);
    }

    [Fact]
    public void Refuses_a_constant_of_another_size_or_name()
    {
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        Assert.Contains("has 4 bytes, UInt64 has 8", Assert.Throws<ArgumentException>(() => file.SetGlobal("mark_to_set", 1UL)).Message, StringComparison.Ordinal);
        Assert.Contains("mark_to_set, wide", Assert.Throws<KeyNotFoundException>(() => file.SetGlobal("nothing", 1)).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Loads_twice_into_two_objects_that_share_nothing()
    {
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        using BpfObject first = file.Load();
        file.SetGlobal("mark_to_set", 9u);
        using BpfObject second = file.Load();
        using BpfHashMap<uint, ulong> ours = first.HashMap<uint, ulong>("by_length");
        using BpfHashMap<uint, ulong> theirs = second.HashMap<uint, ulong>("by_length");
        ours[1] = 1;
        Assert.False(theirs.ContainsKey(1));
        Assert.NotEqual(ours.Map.Id, theirs.Map.Id);
    }

    [KernelFact]
    public void Reuses_a_map_that_exists()
    {
        using var pins = new PinDirectory();
        using (BpfObject before = TestPrograms.Load(TestPrograms.Counter))
        using (BpfHashMap<uint, ulong> map = before.HashMap<uint, ulong>("by_length"))
        {
            map[60] = 100;
            map.Map.Pin(pins.Under("by_length"));
        }

        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        using (BpfMap pinned = BpfMap.OpenPinned(pins.Under("by_length")))
        {
            file.Map("by_length").Reuse(pinned);
        }

        using BpfObject after = file.Load();
        using BpfProgram program = after.Program("count");
        using BpfHashMap<uint, ulong> lengths = after.HashMap<uint, ulong>("by_length");
        program.TestRun(TestPrograms.Frame(), []);
        Assert.Equal(101UL, lengths[60]);
        Assert.Throws<InvalidOperationException>(() => file.Map("by_length").MaxEntries = 5);
    }

    [KernelFact]
    public void Refuses_to_reuse_a_map_of_another_shape_and_lists_every_difference()
    {
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        using BpfMap other = BpfMap.Create(BpfMapType.Array, "clvt", 4, 16, 8);

        BpfMapIncompatibleException refused = Assert.Throws<BpfMapIncompatibleException>(() => file.Map("by_length").Reuse(other));

        Assert.Equal("by_length", refused.MapName);
        Assert.Equal(3, refused.Differences.Count);
        Assert.Contains("value size is 8 in the object file, 16 in the existing map", refused.Message, StringComparison.Ordinal);
        Assert.Contains("max entries is 1024", refused.Message, StringComparison.Ordinal);
        Assert.Contains("type is Hash", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Names_what_there_is_when_asked_for_what_there_is_not()
    {
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        using BpfObject loaded = file.Load();
        Assert.Contains("by_length, totals, percpu", Assert.Throws<KeyNotFoundException>(() => file.Map("x")).Message, StringComparison.Ordinal);
        Assert.Contains("by_length, totals, percpu", Assert.Throws<KeyNotFoundException>(() => loaded.Map("x")).Message, StringComparison.Ordinal);
        Assert.Contains("count, twice", Assert.Throws<KeyNotFoundException>(() => loaded.Program("x")).Message, StringComparison.Ordinal);
        Assert.False(loaded.TryGetMap("x", out _));
        Assert.False(loaded.TryGetProgram("x", out _));
    }

    [KernelFact]
    public void Refuses_use_after_disposal()
    {
        BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        BpfObject loaded = file.Load();
        loaded.Dispose();
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => loaded.Map("by_length"));
        Assert.Throws<ObjectDisposedException>(file.Load);
        Assert.Throws<ObjectDisposedException>(() => file.SetGlobal("wide", 1UL));
    }

    [KernelFact]
    public void Opening_loading_and_failing_leaves_no_descriptor_open()
    {
        using var space = new NetworkNamespace("fd");
        OpenDescriptors.MustNotLeak(() =>
        {
            for (int round = 0; round < 3; round++)
            {
                using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
                using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 1024);
                file.Map("by_length").Reuse(map);
                using BpfObject loaded = file.Load();
                using BpfProgram program = loaded.Program("count");
                Assert.Throws<BpfMapIncompatibleException>(() => loaded.ArrayMap<ulong>("by_length"));
                space.Run(() => Bpf.Networking.TcAttachment.Attach(program, 1, Bpf.Networking.TcDirection.Ingress).Dispose());

                using BpfObjectFile refused = TestPrograms.Open(TestPrograms.Refused);
                Assert.Throws<BpfVerifierException>(refused.Load);
            }
        });
    }
}
