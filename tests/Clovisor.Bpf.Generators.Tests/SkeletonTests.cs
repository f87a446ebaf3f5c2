using Clovisor.Bpf.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Generators.Tests;

/// <summary>The skeleton of programs/everything.bpf.c, made while this project was built.</summary>
public sealed class SkeletonTests
{
    private static readonly byte[] Frame = new byte[60];

    [KernelFact]
    public void What_the_program_writes_is_what_the_fields_read()
    {
        using EverythingBpf skeleton = EverythingBpf.Load();
        skeleton.Programs.Fill.TestRun(Frame, []);
        EverythingBpf.Everything all = skeleton.Maps.All[0];

        Assert.True(all.Truth);
        Assert.Equal((byte)'c', all.Letter);
        Assert.Equal(-3, all.Small);
        Assert.Equal(65000, all.Port);
        Assert.Equal(-5_000_000_000, all.Wide);
        Assert.Equal(EverythingBpf.Color.None, all.Color);
        Assert.Equal("hello", all.Name.ToString());
        Assert.Equal(33u, all.Numbers[3]);
        Assert.Equal(-22, all.Points[1].Y);
        Assert.Equal(12, all.Grid[1][2]);
        Assert.Equal(0x11223344u, all.Packed.Value);
        Assert.Equal(0x5566, all.Packed.Tail);
        Assert.Equal(0x0100007fu, all.V4);
        Assert.Equal(127, all.V6[0]);
        Assert.Equal(2UL << 32, all.Both.Whole);
        Assert.Equal(2u, all.Both.Parts.High);
        Assert.Equal(9UL, all.Pair.High);
        Assert.Equal(0UL, all.Pointer);
        Assert.Equal(1u, all.Flag);
        Assert.Equal(21u, all.Level);
        Assert.Equal(-7, all.Balance);
        Assert.Equal(0xABCDEF0123UL, all.LongBits);
        Assert.Equal(EverythingBpf.State.Old, all.State);
        Assert.Equal((4u, 5u, 6u, 7u, 8u), (all.Class, all.SrcPort, all.SrcPort2, all.ToString2, all.Everything2));
    }

    [Fact]
    public void Bit_fields_are_written_without_touching_their_neighbours()
    {
        var all = new EverythingBpf.Everything { Flag = 1, Level = 31, Balance = -1, LongBits = 0xFF_FFFF_FFFF, State = EverythingBpf.State.Old };
        all.Level = 0;
        Assert.Equal((1u, 0u, -1, 0xFF_FFFF_FFFFUL), (all.Flag, all.Level, all.Balance, all.LongBits));
        all.Balance = 31;
        all.Flag = 2;
        Assert.Equal((0u, 31, EverythingBpf.State.Old), (all.Flag, all.Balance, all.State));
    }

    [KernelFact]
    public void Globals_are_set_before_loading_and_shared_after()
    {
        using EverythingBpf.Opened opened = EverythingBpf.Open();
        Assert.Equal(3u, opened.Rodata.Limit);
        Assert.Equal("tag", opened.Rodata.Label.ToString());
        Assert.Equal(-2, opened.Rodata.Origin.Y);
        opened.Rodata.Limit = 99;
        opened.Rodata.Label = new EverythingBpf.Text8("go");
        opened.Data.Preset = 10;
        using EverythingBpf skeleton = opened.Load();

        skeleton.Programs.Count.TestRun(Frame, []);

        Assert.Equal(1UL, skeleton.Bss.Counter);
        Assert.Equal(11u, skeleton.Data.Preset);
        Assert.Equal(61, skeleton.Bss.LastPoint.X);
        Assert.Equal(7u, skeleton.Bss.Table[2]);
        Assert.Equal(1, skeleton.Bss.Large[60]);
        Assert.Equal(2 << 20, skeleton.Bss.Large.Length);
        Assert.Equal(99u, skeleton.Rodata.Limit);
        Assert.True(skeleton.Maps.ByKey.TryGetValue(new EverythingBpf.Key { Id = 99, Port = 'g' }, out _));
        Volatile.Write(ref skeleton.Bss.Counter, 40);
        skeleton.Programs.Count.TestRun(Frame, []);
        Assert.Equal(41UL, skeleton.Bss.Counter);
    }

    [KernelFact]
    public void What_no_section_names_a_target_for_is_left_to_the_caller()
    {
        using EverythingBpf skeleton = EverythingBpf.Load();
        using BpfAttachmentSet set = skeleton.AttachAll();

        Assert.Empty(set.Attached);
        Assert.Equal(skeleton.Object.ProgramNames.Order(), set.LeftAlone.Keys.Order());
    }

    [KernelFact]
    public void Maps_have_the_types_of_the_program()
    {
        using EverythingBpf.Opened opened = EverythingBpf.Open();
        opened.Maps.ByKey.MaxEntries = 7;
        using EverythingBpf skeleton = opened.Load();
        BpfHashMap<EverythingBpf.Key, ulong> byKey = skeleton.Maps.ByKey;
        BpfPerCpuArrayMap<EverythingBpf.Point> perCpu = skeleton.Maps.PerCpu;
        BpfHashMap<uint, ulong> untyped = skeleton.Maps.Untyped;
        BpfMap odd = skeleton.Maps.Odd;

        Assert.Equal(7u, byKey.Map.MaxEntries);
        Assert.Same(byKey, skeleton.Maps.ByKey);
        untyped[1] = 2;
        Assert.Equal(2UL, untyped[1]);
        Assert.Equal(12, odd.ValueSize);
        Assert.NotNull(perCpu);
    }

    [KernelFact]
    public void Every_type_of_map_is_the_typed_one()
    {
        using EverythingBpf skeleton = EverythingBpf.Load();
        BpfLpmTrie<EverythingBpf.Array4<byte>, uint> routes = skeleton.Maps.Routes;
        BpfQueue<EverythingBpf.Point> waiting = skeleton.Maps.Waiting;
        BpfPerCpuHashMap<uint, ulong> perCpuHash = skeleton.Maps.PerCpuHash;
        BpfProgramArray calls = skeleton.Maps.Calls;
        BpfArrayOfMaps<BpfHashMap<uint, EverythingBpf.Point>> sets = skeleton.Maps.Sets;
        BpfBloomFilter<uint> bloom = skeleton.Maps.Bloom;

        var address = new EverythingBpf.Array4<byte>();
        address[0] = 10;
        routes[new(8, address)] = 7;
        address[3] = 1;
        Assert.True(routes.TryMatch(address, out uint route));
        Assert.Equal(7u, route);
        Assert.All(
            (object[])[waiting, perCpuHash, calls, sets, bloom, skeleton.Maps.Devices, skeleton.Maps.Orders, skeleton.Maps.Perf, skeleton.Maps.InnerPoints], Assert.NotNull);
    }

    [KernelFact]
    public async Task Records_of_the_ring_are_read_as_their_struct()
    {
        using EverythingBpf skeleton = EverythingBpf.Load();
        skeleton.Programs.Count.TestRun(Frame, []);
        await foreach (EverythingBpf.Event record in skeleton.Maps.ReadEventsAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal((60u, "packet"), (record.Length, record.Text.ToString()));
            break;
        }
    }

    [KernelFact]
    public void Nothing_is_open_after_disposal()
    {
        int before = OpenDescriptors.CountBpf();
        EverythingBpf skeleton = EverythingBpf.Load();
        _ = (skeleton.Maps.All, skeleton.Maps.Events, skeleton.Programs.Count, skeleton.Bss.Counter);
        skeleton.Dispose();
        Assert.Equal(before, OpenDescriptors.CountBpf());
        Assert.Throws<ObjectDisposedException>(() => skeleton.Maps.All);
    }

    [KernelFact]
    public void Programs_can_be_left_out()
    {
        using EverythingBpf.Opened opened = EverythingBpf.Open();
        opened.Programs.Fill.AutoLoad = false;
        using EverythingBpf skeleton = opened.Load();
        Assert.Throws<KeyNotFoundException>(() => skeleton.Programs.Fill);
        Assert.NotNull(skeleton.Programs.Count);
    }
}
