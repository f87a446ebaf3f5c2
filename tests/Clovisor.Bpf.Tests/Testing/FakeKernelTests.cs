using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.Testing;
using Clovisor.Bpf.Tests.Contract;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Testing;

/// <summary>What the fake kernel offers beyond being a kernel: scopes, failures on demand, a record of calls.</summary>
public sealed class FakeKernelTests : IDisposable
{
    private readonly FakeBpfKernel _kernel = new();

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void A_map_goes_on_after_its_scope_and_on_any_thread()
    {
        using BpfHashMap<uint, ulong> map = Hash();
        Parallel.For(0, 64, i => map[(uint)i] = (ulong)i);
        Assert.Equal(64, map.CountEntries());
    }

    [Fact]
    public async Task A_scope_reaches_the_tasks_that_it_starts()
    {
        using (_kernel.Enter())
        {
            await Task.Run(static () => BpfMap.Create(BpfMapType.Hash, "inside", 4, 8, 4).Dispose(), TestContext.Current.CancellationToken);
        }

        Assert.Contains(_kernel.Calls, static call => call is { Command: BpfCommand.MapCreate, Target: "inside" });
        Assert.Equal(0, _kernel.OpenDescriptors);
    }

    [Fact]
    public void Scopes_nest()
    {
        using var inner = new FakeBpfKernel();
        using (_kernel.Enter())
        {
            using (inner.Enter())
            {
                BpfMap.Create(BpfMapType.Hash, "one", 4, 8, 4).Dispose();
            }

            BpfMap.Create(BpfMapType.Hash, "two", 4, 8, 4).Dispose();
        }

        Assert.Equal("one", inner.Calls[0].Target);
        Assert.Equal("two", _kernel.Calls[0].Target);
    }

    [KernelFact]
    public void Real_maps_stay_real_within_a_scope()
    {
        using BpfMap real = BpfMap.Create(BpfMapType.Hash, "real", 4, 8, 4);
        using IDisposable scope = _kernel.Enter();
        Assert.True(real.TryUpdate(new byte[4], new byte[8]));
        Assert.Empty(_kernel.Calls);
    }

    [Fact]
    public void Calls_fail_when_told_as_often_as_told()
    {
        using BpfHashMap<uint, ulong> map = Hash();
        _kernel.Fail(BpfCommand.MapUpdateElement, 12, times: 2, after: 1);
        map[1] = 1;
        Assert.Equal("ENOMEM", Assert.Throws<BpfException>(() => map[2] = 2).ErrnoName);
        Assert.Equal("ENOMEM", Assert.Throws<BpfException>(() => map[2] = 2).ErrnoName);
        map[2] = 2;
        _kernel.Fail(BpfCommand.MapUpdateElement, 1, int.MaxValue);
        Assert.Throws<BpfPermissionException>(() => map[3] = 3);
        _kernel.StopFailing();
        map[3] = 3;
        Assert.Equal(3, map.CountEntries());
    }

    [Fact]
    public void Calls_are_recorded_with_what_they_went_to_and_their_answers()
    {
        using BpfHashMap<uint, ulong> map = Hash();
        _kernel.ForgetCalls();
        map[1] = 1;
        map.Remove(2);
        Assert.Equal(
            [new BpfCall(BpfCommand.MapUpdateElement, "clvt", 0), new BpfCall(BpfCommand.MapDeleteElement, "clvt", -2)], _kernel.Calls);
    }

    [Fact]
    public void A_program_does_what_the_test_says()
    {
        using IDisposable scope = _kernel.Enter();
        using BpfProgram program = MapOfMapsContractTests.Small(BpfProgramType.Xdp);
        _kernel.RunProgram("clvt_small", static data =>
        {
            data[0] ^= 0xFF;
            return 2;
        });
        byte[] output = new byte[60];
        Assert.Equal(2, program.TestRun(TestPrograms.Frame(), output).ReturnCode);
        Assert.Equal(0xFF, output[0]);
    }

    [Fact]
    public void A_program_is_refused_with_the_log_that_the_test_wrote()
    {
        using IDisposable scope = _kernel.Enter();
        _kernel.RefuseProgram("clvt_small", "0: (95) exit\nR0 !read_ok\n");
        BpfVerifierException refused = Assert.Throws<BpfVerifierException>(static () => MapOfMapsContractTests.Small(BpfProgramType.Xdp).Dispose());
        Assert.Contains("R0 !read_ok", refused.Log, StringComparison.Ordinal);
        Assert.Equal(0, _kernel.OpenDescriptors);
    }

    [Fact]
    public void Objects_live_as_long_as_something_holds_them()
    {
        using IDisposable scope = _kernel.Enter();
        BpfMap map = BpfMap.Create(BpfMapType.Hash, "held", 4, 8, 4);
        map.Pin("/sys/fs/bpf/held");
        map.Dispose();
        Assert.Equal(["held"], _kernel.Maps);
        Assert.Equal(["/sys/fs/bpf/held"], _kernel.Pins);
        Assert.Equal(1, Clovisor.Bpf.Pinning.BpfFileSystem.RemoveAll("/sys/fs/bpf"));
        Assert.Empty(_kernel.Maps);
    }

    [Fact]
    public void A_link_holds_its_program()
    {
        using IDisposable scope = _kernel.Enter();
        BpfProgram program = MapOfMapsContractTests.Small(BpfProgramType.SchedulerClassifier);
        TcAttachment attachment = TcAttachment.Attach(program, 7, TcDirection.Egress);
        program.Dispose();
        Assert.Equal(["clvt_small"], _kernel.Programs);
        attachment.Dispose();
        Assert.Empty(_kernel.Programs);
    }

    [Fact]
    public void A_kernel_that_is_gone_answers_as_closed_descriptors_do()
    {
        BpfHashMap<uint, ulong> map = Hash();
        _kernel.Dispose();
        Assert.ThrowsAny<BpfException>(() => map[1] = 1);
        map.Dispose();
        using IDisposable scope = _kernel.Enter();
        Assert.Throws<ObjectDisposedException>(static () => BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4));
    }

    [Fact]
    public void An_lru_table_drops_the_one_written_longest_ago()
    {
        using IDisposable scope = _kernel.Enter();
        using BpfMap bytes = BpfMap.Create(BpfMapType.LruHash, "clvt", 4, 8, 3);
        using var map = new BpfHashMap<uint, ulong>(bytes);
        map[1] = 1;
        map[2] = 2;
        map[3] = 3;
        map[1] = 11;
        map[4] = 4;
        Assert.False(map.TryGetValue(2, out _));
        Assert.True(map.TryGetValue(1, out _));
        Assert.Equal(3, map.CountEntries());
    }

    private BpfHashMap<uint, ulong> Hash()
    {
        using IDisposable scope = _kernel.Enter();
        return new BpfHashMap<uint, ulong>(BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 256));
    }
}
