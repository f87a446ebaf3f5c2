using System.Runtime.InteropServices;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.Testing;

namespace Clovisor.Bpf.Tests.Testing;

/// <summary>Whole objects on the fake kernel: what an application's own loader does, without root.</summary>
public sealed class FakeObjectTests : IDisposable
{
    private readonly FakeBpfKernel _kernel = new();
    private readonly IDisposable _scope;

    public FakeObjectTests() => _scope = _kernel.Enter();

    public void Dispose()
    {
        _scope.Dispose();
        _kernel.Dispose();
    }

    [Fact]
    public void Maps_have_the_shape_and_the_types_of_the_object()
    {
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfHashMap<uint, ulong> lengths = loaded.HashMap<uint, ulong>("by_length");
        using BpfArrayMap<Pair> totals = loaded.ArrayMap<Pair>("totals");
        using BpfPerCpuArrayMap<ulong> perCpu = loaded.PerCpuArrayMap<ulong>("percpu");
        lengths[60] = 5;
        totals[1] = new Pair { Packets = 1, Bytes = 2 };
        Assert.Equal(5ul, lengths[60]);
        Assert.Equal(2ul, totals[1].Bytes);
        Assert.Throws<BpfMapIncompatibleException>(() => loaded.HashMap<uint, uint>("by_length"));
    }

    [Fact]
    public void Programs_run_as_the_test_says_and_count_in_the_objects_maps()
    {
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfProgram program = loaded.Program("count");
        using BpfHashMap<uint, ulong> lengths = loaded.HashMap<uint, ulong>("by_length");
        uint seen = 0;
        _kernel.RunProgram("count", data => (seen = (uint)data.Length) == 60 ? uint.MaxValue : 0);
        Assert.Equal(-1, program.TestRun(TestPrograms.Frame(), default).ReturnCode);
        Assert.Equal(60u, seen);
        using TcAttachment attachment = TcAttachment.Attach(program, 3, TcDirection.Ingress);
        Assert.Equal(TcAttachmentKind.Tcx, attachment.Kind);
    }

    [Fact]
    public void Globals_are_set_before_loading_and_constant_after_it()
    {
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        file.SetGlobal("mark_to_set", 77u);
        using BpfObject loaded = file.Load();
        Assert.Equal(77u, loaded.Constant<uint>("mark_to_set"));
        Assert.Equal(1ul, loaded.Constant<ulong>("wide"));
        using BpfMap section = loaded.Map(loaded.MapNames.Single(static name => name.EndsWith(".rodata", StringComparison.Ordinal)));
        Assert.Throws<BpfPermissionException>(() => section.TryUpdate(new byte[4], new byte[section.ValueSize]));
    }

    [Fact]
    public void A_map_is_resized_pinned_and_reused()
    {
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        file.Map("by_length").MaxEntries = 3;
        file.Map("by_length").PinPath = "/sys/fs/bpf/app/by_length";
        uint id;
        using (BpfObject first = file.Load())
        using (BpfMap map = first.Map("by_length"))
        {
            Assert.Equal(3u, map.MaxEntries);
            id = map.Id;
        }

        Assert.Equal(["/sys/fs/bpf/app/by_length"], _kernel.Pins);
        using BpfObject second = file.Load();
        using BpfMap again = second.Map("by_length");
        Assert.Equal(id, again.Id);
    }

    [Fact]
    public void The_verifier_refuses_by_name_and_nothing_is_left()
    {
        _kernel.RefuseProgram("twice", "0: (61) r1 = *(u32 *)(r0 +0)\nR0 invalid mem access 'scalar'\n");
        BpfVerifierException refused = Assert.Throws<BpfVerifierException>(static () => TestPrograms.Load(TestPrograms.Counter));
        Assert.Equal("twice", refused.Program);
        Assert.Contains("invalid mem access", refused.Log, StringComparison.Ordinal);
        Assert.Equal(0, _kernel.OpenDescriptors);
        Assert.Empty(_kernel.Maps);
    }

    [Theory]
    [InlineData(BpfCommand.MapCreate, 1)]
    [InlineData(BpfCommand.MapCreate, 12)]
    [InlineData(BpfCommand.MapUpdateElement, 14)]
    [InlineData(BpfCommand.MapFreeze, 16)]
    [InlineData(BpfCommand.ProgramLoad, 7)]
    [InlineData(BpfCommand.ProgramBindMap, 12)]
    public void A_load_that_fails_halfway_leaves_nothing(BpfCommand command, int errno)
    {
        // Not at the first call, so that something is there to be taken back.
        _kernel.Fail(command, errno, int.MaxValue, after: command is BpfCommand.MapCreate or BpfCommand.ProgramBindMap ? 2 : 0);
        BpfException failed = Assert.ThrowsAny<BpfException>(static () => TestPrograms.Load(TestPrograms.Counter));
        Assert.Equal(errno, failed.Errno);
        Assert.Equal(0, _kernel.OpenDescriptors);
        Assert.Empty(_kernel.Maps);
        Assert.Empty(_kernel.Programs);
    }

    [Fact]
    public void An_interrupted_verifier_is_asked_again()
    {
        _kernel.Fail(BpfCommand.ProgramLoad, 11, times: 3);
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        Assert.Contains("count", loaded.ProgramNames);
    }

    [Fact]
    public void An_object_that_is_disposed_lets_go_of_everything()
    {
        TestPrograms.Load(TestPrograms.Counter).Dispose();
        Assert.Equal(0, _kernel.OpenDescriptors);
        Assert.Empty(_kernel.Maps);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Pair
    {
        internal ulong Packets;
        internal ulong Bytes;
    }
}
