using Clovisor.Bpf.Links;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.Testing;
using Clovisor.Bpf.Tests.Contract;

namespace Clovisor.Bpf.Tests.Testing;

/// <summary>Every system call that the library makes, failing with every error that matters: which exception comes, what it says, and that nothing is left.</summary>
public sealed class ErrorInjectionTests : IDisposable
{
    private static readonly int[] Errors = [1, 4, 5, 7, 9, 11, 12, 13, 14, 16, 22, 23, 24, 28, 38, 95, 116, 524];

    private readonly FakeBpfKernel _kernel = new();

    public static TheoryData<BpfCommand> Commands =>
    [
        BpfCommand.MapCreate, BpfCommand.MapLookupElement, BpfCommand.MapUpdateElement, BpfCommand.MapDeleteElement, BpfCommand.MapGetNextKey,
        BpfCommand.MapLookupAndDeleteElement, BpfCommand.MapFreeze, BpfCommand.ProgramLoad, BpfCommand.ProgramTestRun, BpfCommand.ProgramBindMap,
        BpfCommand.ObjectPin, BpfCommand.ObjectGet, BpfCommand.ObjectGetInfoByDescriptor, BpfCommand.ProgramGetDescriptorById, BpfCommand.LinkCreate,
        BpfCommand.LinkUpdate, BpfCommand.LinkDetach,
    ];

    public void Dispose() => _kernel.Dispose();

    [Theory, MemberData(nameof(Commands))]
    public void A_call_that_fails_for_good_says_so_and_leaves_nothing(BpfCommand command)
    {
        using IDisposable scope = _kernel.Enter();

        // Of a test-run ENOSPC only says that the output was cut; a kernel that cannot take in one step is asked in two.
        foreach (int errno in Errors.Where(errno => command switch
        {
            BpfCommand.ProgramTestRun => errno != 28,
            BpfCommand.MapLookupAndDeleteElement => errno is not (22 or 95 or 524),
            _ => true,
        }))
        {
            int open = _kernel.OpenDescriptors;
            Exception? failure = Record.Exception(() => Exercise(command, errno));
            var refused = Assert.IsType<BpfException>(failure, exactMatch: false);
            Assert.Equal(errno, refused.Errno);
            Assert.Equal(Expected(errno), refused.GetType());
            Assert.False(string.IsNullOrWhiteSpace(refused.Operation));
            Assert.False(string.IsNullOrWhiteSpace(refused.Target));
            Assert.Contains(refused.ErrnoName, refused.Message, StringComparison.Ordinal);
            Assert.Equal(open, _kernel.OpenDescriptors);
            Assert.Empty(_kernel.Maps);
            Assert.Empty(_kernel.Programs);
            Assert.Empty(_kernel.Pins);
        }
    }

    [Theory]
    [InlineData(BpfCommand.MapLookupBatch)]
    [InlineData(BpfCommand.MapUpdateBatch)]
    [InlineData(BpfCommand.MapDeleteBatch)]
    public void A_signal_in_a_batch_is_not_seen_by_callers(BpfCommand command)
    {
        using BpfHashMap<uint, ulong> map = Hash();
        _kernel.Fail(command, 4, times: 5);
        Batches(map);
    }

    [Theory]
    [InlineData(BpfCommand.MapLookupBatch, 524)]
    [InlineData(BpfCommand.MapLookupBatch, 22)]
    [InlineData(BpfCommand.MapUpdateBatch, 524)]
    [InlineData(BpfCommand.MapUpdateBatch, 22)]
    [InlineData(BpfCommand.MapDeleteBatch, 524)]
    [InlineData(BpfCommand.MapDeleteBatch, 22)]
    public void A_kernel_without_batches_is_served_key_by_key(BpfCommand command, int errno)
    {
        using BpfHashMap<uint, ulong> map = Hash();
        _kernel.Fail(command, errno, int.MaxValue);
        Batches(map);
    }

    [Fact]
    public void A_bucket_that_does_not_fit_is_read_with_a_larger_buffer()
    {
        using BpfHashMap<uint, ulong> map = Hash();
        map.SetMany([1, 2, 3], [1, 2, 3]);
        _kernel.Fail(BpfCommand.MapLookupBatch, 28, times: 2);
        Assert.Equal(3, map.Snapshot().Entries.Count);
    }

    [Theory]
    [InlineData(BpfCommand.MapLookupBatch)]
    [InlineData(BpfCommand.MapUpdateBatch)]
    [InlineData(BpfCommand.MapDeleteBatch)]
    public void A_batch_that_is_refused_is_told(BpfCommand command)
    {
        using BpfHashMap<uint, ulong> map = Hash();
        foreach (int errno in new[] { 1, 12, 14 })
        {
            _kernel.Fail(command, errno, int.MaxValue);
            BpfException refused = Assert.ThrowsAny<BpfException>(() => Batches(map));
            _kernel.StopFailing();
            Assert.Equal(errno, refused.Errno);
        }
    }

    [Fact]
    public void A_signal_in_a_test_run_is_not_seen_by_callers()
    {
        using IDisposable scope = _kernel.Enter();
        using BpfProgram program = MapOfMapsContractTests.Small(BpfProgramType.SchedulerClassifier);
        _kernel.Fail(BpfCommand.ProgramTestRun, 4, times: 3);
        Assert.Equal(0, program.TestRun(TestPrograms.Frame(), default).ReturnCode);
    }

    private static Type Expected(int errno) => errno switch
    {
        1 or 13 => typeof(BpfPermissionException),
        38 or 95 or 524 => typeof(BpfNotSupportedException),
        _ => typeof(BpfException),
    };

    // Does what makes the command happen; everything that is needed for it is made before the failing begins.
    private void Exercise(BpfCommand command, int errno)
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        using BpfProgram program = MapOfMapsContractTests.Small(BpfProgramType.SchedulerClassifier);
        using BpfProgram other = MapOfMapsContractTests.Small(BpfProgramType.SchedulerClassifier);
        using TcAttachment attachment = TcAttachment.Attach(program, 5, TcDirection.Ingress, new TcAttachOptions { Kind = TcAttachmentKind.Tcx });
        var wide = new TcAttachOptions { Kind = TcAttachmentKind.Tcx };
        byte[] key = new byte[4], value = new byte[8];
        using var typed = new BpfHashMap<uint, ulong>(new BpfMap(map.Handle.Duplicate("it")));
        _kernel.Fail(command, errno, int.MaxValue);
        try
        {
            switch (command)
            {
                case BpfCommand.MapCreate:
                    BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4).Dispose();
                    break;
                case BpfCommand.MapLookupElement:
                    map.TryLookup(key, value);
                    break;
                case BpfCommand.MapUpdateElement:
                    map.TryUpdate(key, value);
                    break;
                case BpfCommand.MapDeleteElement:
                    map.Remove(key);
                    break;
                case BpfCommand.MapGetNextKey:
                    map.TryGetNextKey(default, key);
                    break;
                case BpfCommand.MapLookupAndDeleteElement:
                    typed.TryTake(1, out _);
                    break;
                case BpfCommand.MapFreeze:
                    map.Freeze();
                    break;
                case BpfCommand.ProgramLoad:
                    MapOfMapsContractTests.Small(BpfProgramType.Xdp).Dispose();
                    break;
                case BpfCommand.ProgramTestRun:
                    program.TestRun(TestPrograms.Frame(), default);
                    break;
                case BpfCommand.ProgramBindMap:
                    program.Bind(map);
                    break;
                case BpfCommand.ObjectPin:
                    map.Pin("/sys/fs/bpf/map");
                    break;
                case BpfCommand.ObjectGet:
                    BpfMap.OpenPinned("/sys/fs/bpf/map").Dispose();
                    break;
                case BpfCommand.ObjectGetInfoByDescriptor:
                    attachment.Link!.ReadInfo();
                    break;
                case BpfCommand.ProgramGetDescriptorById:
                    BpfProgram.OpenById(program.Id)?.Dispose();
                    break;
                case BpfCommand.LinkCreate:
                    TcAttachment.Attach(other, 5, TcDirection.Egress, wide).Dispose();
                    break;
                case BpfCommand.LinkUpdate:
                    attachment.Link!.Update(other);
                    break;
                default:
                    attachment.Link!.Detach();
                    break;
            }
        }
        finally
        {
            // What is disposed below must not fail as well.
            _kernel.StopFailing();
        }
    }

    private BpfHashMap<uint, ulong> Hash()
    {
        using IDisposable scope = _kernel.Enter();
        return new BpfHashMap<uint, ulong>(BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 64));
    }

    private static void Batches(BpfHashMap<uint, ulong> map)
    {
        map.SetMany([1, 2, 3, 4], [10, 20, 30, 40]);
        BpfMapSnapshot<uint, ulong> snapshot = map.Snapshot();
        Assert.Equal(4, snapshot.Entries.Count);
        Assert.Equal(3, map.RemoveMany([1, 2, 9, 3]));
        Assert.Equal(1, map.CountEntries());
    }
}
