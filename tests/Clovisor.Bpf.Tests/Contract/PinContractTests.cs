using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Pinning;
using Clovisor.Bpf.Programs;
using static Clovisor.Bpf.Tests.Contract.KernelErrors;
using static Clovisor.Bpf.Tests.Contract.RawMap;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Pins, on the fake and on the running kernel.</summary>
public sealed class PinContractTests : IDisposable
{
    private readonly string _mountPoint = Path.Combine(Path.GetTempPath(), $"clvt-contract-{Environment.ProcessId}-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_mountPoint))
        {
            Directory.Delete(_mountPoint);
        }
    }

    [Theory, BothKernels]
    public void A_pinned_map_outlives_its_descriptors(KernelUnderTest kernel) => Pinned(kernel, root =>
    {
        string path = Path.Combine(root, "map");
        uint id;
        using (BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4))
        {
            Update(map, Bytes(1, 4), Bytes(9, 8));
            map.Pin(path);
            id = map.Id;
        }

        using BpfMap opened = BpfMap.OpenPinned(path);
        Assert.Equal(id, opened.Id);
        Assert.Equal(0, Lookup(opened, Bytes(1, 4), new byte[8]));
    });

    [Theory, BothKernels]
    public void A_path_is_taken_once(KernelUnderTest kernel) => Pinned(kernel, root =>
    {
        string path = Path.Combine(root, "map");
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        map.Pin(path);
        Assert.Equal(EEXIST, Assert.Throws<BpfException>(() => map.Pin(path)).Errno);
        map.Pin(Path.Combine(root, "another"));
    });

    [Theory, BothKernels]
    public void Nothing_is_opened_where_nothing_is_pinned(KernelUnderTest kernel) => Pinned(kernel, root =>
        Assert.Equal(ENOENT, Assert.Throws<BpfException>(() => BpfMap.OpenPinned(Path.Combine(root, "none"))).Errno));

    [Theory, BothKernels]
    public void A_directory_must_be_there_first(KernelUnderTest kernel) => Pinned(kernel, root =>
    {
        string directory = Path.Combine(root, "a", "b");
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        Assert.Equal(ENOENT, Assert.Throws<BpfException>(() => map.Pin(Path.Combine(directory, "map"))).Errno);
        BpfFileSystem.CreateDirectory(directory);
        map.Pin(Path.Combine(directory, "map"));
        Assert.True(BpfFileSystem.IsBpfFileSystem(directory));
        Assert.Equal(1, BpfFileSystem.RemoveAll(directory));
        Assert.Equal(0, BpfFileSystem.RemoveAll(directory));
    });

    [Theory, BothKernels]
    public void Names_with_dots_are_the_kernels(KernelUnderTest kernel) => Pinned(kernel, root =>
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        Assert.Equal(EPERM, Assert.ThrowsAny<BpfException>(() => map.Pin(Path.Combine(root, "a.b"))).Errno);
    });

    [Theory, BothKernels]
    public void A_pin_of_another_kind_is_refused_by_name(KernelUnderTest kernel) => Pinned(kernel, root =>
    {
        string path = Path.Combine(root, "thing");
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        map.Pin(path);
        BpfException refused = Assert.Throws<BpfException>(() => BpfProgram.OpenPinned(path));
        Assert.Contains("pins a map", refused.Message, StringComparison.Ordinal);
    });

    [Theory, BothKernels]
    public void A_pinned_program_is_found_again(KernelUnderTest kernel) => Pinned(kernel, root =>
    {
        string path = Path.Combine(root, "program");
        using BpfProgram program = MapOfMapsContractTests.Small(BpfProgramType.SchedulerClassifier);
        program.Pin(path);
        using BpfProgram again = BpfProgram.OpenPinned(path);
        Assert.Equal(program.Id, again.Id);
        Assert.Equal(program.Tag, again.Tag);
        Assert.Equal(BpfProgramType.SchedulerClassifier, again.Type);
    });

    [Theory, BothKernels]
    public void A_pin_opened_read_only_is_not_written(KernelUnderTest kernel) => Pinned(kernel, root =>
    {
        string path = Path.Combine(root, "map");
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        map.Pin(path);
        using BpfMap readOnly = OpenReadOnly(path);
        Assert.Equal(-EPERM, Update(readOnly, Bytes(1, 4), new byte[8]));
        Assert.Equal(-ENOENT, Lookup(readOnly, Bytes(1, 4), new byte[8]));
        Assert.Equal(0, Update(map, Bytes(1, 4), new byte[8]));
    });

    [Theory, BothKernels]
    public void Elsewhere_nothing_can_be_pinned(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        string elsewhere = Path.Combine("/proc", "clvt");
        Assert.True(Assert.ThrowsAny<BpfException>(() => map.Pin(elsewhere)).Errno is EPERM or ENOENT);
        Assert.False(BpfFileSystem.IsBpfFileSystem("/proc"));
    }

    private static unsafe BpfMap OpenReadOnly(string path)
    {
        const uint ReadOnly = 1 << 3;
        fixed (byte* name = NativeText.ToUtf8(path))
        {
            var attributes = new ObjectAttributes { Path = (ulong)name, FileFlags = ReadOnly };
            return new BpfMap(new Clovisor.Bpf.Interop.Handles.BpfHandle(BpfSyscall.Call(BpfCommand.ObjectGet, ref attributes)));
        }
    }

    private void Pinned(KernelUnderTest kernel, Action<string> test)
    {
        using IDisposable scope = kernel.Enter();
        Assert.True(BpfFileSystem.Mount(_mountPoint));
        try
        {
            test(_mountPoint);
        }
        finally
        {
            BpfFileSystem.RemoveAll(_mountPoint);
            BpfFileSystem.Unmount(_mountPoint);
        }
    }
}
