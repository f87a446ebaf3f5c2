using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Pinning;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Pinning;

public sealed class BpfFileSystemTests
{
    [KernelFact]
    public void Mounts_once_and_says_who_owns_the_mount()
    {
        string path = TemporaryPath();
        Assert.False(BpfFileSystem.IsBpfFileSystem(path));
        Assert.True(BpfFileSystem.Mount(path));
        try
        {
            Assert.True(BpfFileSystem.IsBpfFileSystem(path));
            Assert.False(BpfFileSystem.Mount(path));
        }
        finally
        {
            BpfFileSystem.Unmount(path);
        }

        Assert.False(BpfFileSystem.IsBpfFileSystem(path));
        Assert.Contains("Nothing is mounted there", Assert.Throws<BpfException>(() => BpfFileSystem.Unmount(path)).Message, StringComparison.Ordinal);
        Directory.Delete(path);
    }

    [KernelFact]
    public void Removes_a_tree_of_pins_and_leaves_what_lies_beside_it()
    {
        using var pins = new PinDirectory();
        string ours = pins.Under("ours/inner");
        BpfFileSystem.CreateDirectory(ours);
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 1);
        map.Pin(Path.Combine(ours, "a"));
        map.Pin(pins.Under("ours/b"));
        map.Pin(pins.Under("theirs"));

        Assert.Equal(2, BpfFileSystem.RemoveAll(pins.Under("ours")));

        Assert.False(Directory.Exists(pins.Under("ours")));
        Assert.True(File.Exists(pins.Under("theirs")));
        Assert.Equal(0, BpfFileSystem.RemoveAll(pins.Under("ours")));
        Assert.Equal(1, BpfFileSystem.RemoveAll(pins.Root));
        Assert.True(BpfFileSystem.IsBpfFileSystem(pins.Root));
    }

    [Fact]
    public void Never_removes_files_of_another_file_system()
    {
        string path = TemporaryPath();
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "precious"), "x");

        Assert.Contains("nothing was removed", Assert.Throws<BpfException>(() => BpfFileSystem.RemoveAll(path)).Message, StringComparison.Ordinal);

        Assert.True(File.Exists(Path.Combine(path, "precious")));
        Directory.Delete(path, recursive: true);
    }

    [Fact]
    public void Makes_no_pin_directory_outside_a_bpf_file_system()
    {
        string path = Path.Combine(TemporaryPath(), "pins");
        Assert.Contains("not in a BPF file system", Assert.Throws<BpfException>(() => BpfFileSystem.CreateDirectory(path)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(path));
    }

    [KernelFact]
    public void A_mount_that_fails_leaves_no_directory()
    {
        string file = TemporaryPath();
        File.WriteAllText(file, "");
        Assert.Throws<BpfException>(() => BpfFileSystem.Mount(Path.Combine(file, "pins")));
        File.Delete(file);
    }

    private static string TemporaryPath() => Path.Combine(Path.GetTempPath(), $"clvt-fs-{Environment.ProcessId}-{Guid.NewGuid():N}");
}
