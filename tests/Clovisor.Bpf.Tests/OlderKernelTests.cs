using Clovisor.Bpf.Features;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.Tests.Networking;
using Clovisor.Bpf.Tests.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests;

/// <summary>What happens on kernels that lack something: the commands in question are made to fail as they do there.</summary>
public sealed class OlderKernelTests
{
    private static readonly int[] Batches =
        [(int)BpfCommand.MapLookupBatch, (int)BpfCommand.MapUpdateBatch, (int)BpfCommand.MapDeleteBatch];

    [KernelFact]
    public void Without_tcx_a_program_is_attached_by_clsact()
    {
        using var space = new NetworkNamespace("old");
        using var counter = new PacketCounter();
        TcAttachment? attachment = null;
        SyscallFault.Run(Errno.EINVAL, [(int)BpfCommand.LinkCreate], () =>
        {
            space.EnterOnThisThread();
            attachment = TcAttachment.Attach(counter.Program, PacketCounter.Loopback, TcDirection.Egress);
        });

        Assert.Equal(TcAttachmentKind.Clsact, attachment!.Kind);
        Assert.Equal(2UL, counter.DuringPing(space));
        attachment.Dispose();
        Assert.Equal(0UL, counter.DuringPing(space));
    }

    [KernelFact]
    public void Without_tcx_a_demand_for_tcx_is_refused_with_the_way_out()
    {
        using var counter = new PacketCounter();
        BpfException? refused = null;
        SyscallFault.Run(Errno.EINVAL, [(int)BpfCommand.LinkCreate], () =>
            refused = Assert.Throws<BpfException>(() => TcAttachment.Attach(
                counter.Program, PacketCounter.Loopback, TcDirection.Egress, new TcAttachOptions { Kind = TcAttachmentKind.Tcx })));
        Assert.Contains("Leave Kind unset to fall back to clsact", refused!.Message, StringComparison.Ordinal);
    }

    // Kernels without the commands say EINVAL; those with them for other map types say 524.
    [KernelTheory]
    [InlineData(Errno.EINVAL)]
    [InlineData(Errno.ENOTSUPP)]
    public void Without_batches_hash_maps_are_walked_and_written_key_by_key(int errno)
    {
        using BpfHashMap<uint, ulong> map = HashMapTests.Create();
        uint[] keys = [.. Enumerable.Range(0, 300).Select(static key => (uint)key)];
        SyscallFault.Run(errno, Batches, () =>
        {
            map.SetMany(keys, [.. keys.Select(static key => key + 1UL)]);
            BpfMapSnapshot<uint, ulong> snapshot = map.Snapshot();
            Assert.True(snapshot.IsComplete);
            Assert.Equal(keys.Select(static key => KeyValuePair.Create(key, key + 1UL)).ToHashSet(), snapshot.Entries.ToHashSet());
            Assert.Equal(30, map.RemoveWhere(static (key, _) => key < 30));
            Assert.Equal(270, map.RemoveMany(keys));
        });
        Assert.Equal(0, map.CountEntries());
    }

    [KernelFact]
    public void Without_batches_arrays_are_read_and_written_one_by_one()
    {
        using BpfArrayMap<ulong> map = ArrayMapTests.Create(40);
        SyscallFault.Run(Errno.ENOTSUPP, Batches, () =>
        {
            map.WriteRange(5, [1, 2, 3]);
            Assert.Equal([0UL, 1UL, 2UL, 3UL, 0UL], map.ReadAll()[4..9]);
        });
    }

    [KernelFact]
    public void A_full_map_is_still_called_full_without_batches()
    {
        using BpfHashMap<uint, ulong> map = HashMapTests.Create(2);
        SyscallFault.Run(Errno.EINVAL, Batches, () =>
        {
            BpfException refused = Assert.Throws<BpfException>(() => map.SetMany([1, 2, 3], [1, 2, 3]));
            Assert.Equal("E2BIG", refused.ErrnoName);
            Assert.Contains("the first 2 are written", refused.Message, StringComparison.Ordinal);
        });
    }

    [KernelTheory]
    [InlineData((int)BpfCommand.ProgramQuery, Errno.EINVAL, BpfSupport.Unsupported)]
    [InlineData((int)BpfCommand.ProgramQuery, Errno.EPERM, BpfSupport.Unknown)]
    [InlineData((int)BpfCommand.MapLookupBatch, Errno.EINVAL, BpfSupport.Unsupported)]
    [InlineData((int)BpfCommand.ProgramTestRun, Errno.ENOTSUPP, BpfSupport.Unsupported)]
    [InlineData((int)BpfCommand.ProgramLoad, Errno.EPERM, BpfSupport.Unknown)]
    public void A_probe_tells_no_from_could_not_ask(int command, int errno, BpfSupport expected) =>
        SyscallFault.Run(errno, [command], () =>
        {
            Func<BpfProbeResult> probe = (BpfCommand)command switch
            {
                BpfCommand.ProgramQuery => FeatureProbes.Tcx,
                BpfCommand.MapLookupBatch => FeatureProbes.Batch,
                _ => FeatureProbes.TestRun,
            };
            var feature = new BpfFeature("probe", new Version(1, 0), "", probe);
            Assert.Equal(expected, feature.Probe().Answer);
        });

    [KernelFact]
    public void An_interrupted_test_run_is_tried_again_and_given_up_in_the_end()
    {
        using var counter = new PacketCounter();
        SyscallFault.Run(Errno.EINTR, [(int)BpfCommand.ProgramTestRun], () =>
            Assert.Equal("EINTR", Assert.Throws<BpfException>(() => counter.Program.TestRun(TestPrograms.Frame(), [])).ErrnoName));
    }

    [KernelFact]
    public void Batches_that_are_interrupted_every_time_are_given_up()
    {
        using BpfHashMap<uint, ulong> map = HashMapTests.Create();
        SyscallFault.Run(Errno.EINTR, Batches, () =>
        {
            Assert.Equal("EINTR", Assert.Throws<BpfException>(() => map.Snapshot()).ErrnoName);
            Assert.Equal("EINTR", Assert.Throws<BpfException>(() => map.SetMany([1, 2], [1, 2])).ErrnoName);
            Assert.Equal("EINTR", Assert.Throws<BpfException>(() => map.RemoveMany([1, 2])).ErrnoName);
        });
        Assert.Equal(0, map.CountEntries());
    }

    [KernelFact]
    public void A_load_that_is_interrupted_every_time_is_given_up_and_leaves_nothing()
    {
        using BpfObjectFile file = TestPrograms.Open(TestPrograms.Counter);
        SyscallFault.Run(Errno.EAGAIN, [(int)BpfCommand.ProgramLoad], () =>
            OpenDescriptors.MustNotLeak(() => Assert.ThrowsAny<BpfException>(file.Load)));
        using BpfObject loaded = file.Load();
        Assert.Equal(2, loaded.ProgramNames.Count);
    }

    [KernelFact]
    public void A_missing_right_never_looks_like_an_empty_map()
    {
        using BpfHashMap<uint, ulong> map = HashMapTests.Create();
        SyscallFault.Run(Errno.EPERM, [(int)BpfCommand.MapLookupElement, (int)BpfCommand.MapDeleteElement, .. Batches], () =>
        {
            Assert.Throws<BpfPermissionException>(() => map.TryGetValue(1, out _));
            Assert.Throws<BpfPermissionException>(() => map.Remove(1));
            Assert.Throws<BpfPermissionException>(() => map.Snapshot());
            Assert.Throws<BpfPermissionException>(() => map.RemoveMany([1]));
        });
    }
}
