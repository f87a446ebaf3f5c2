using System.Net.Sockets;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Maps.Storage;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps.Storage;

public sealed class LocalStorageTests
{
    [KernelFact]
    public void Sockets_carry_values()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        HoldsValues(BpfMapType.SocketStorage, socket.SafeHandle);
    }

    [KernelFact]
    public void Processes_carry_values()
    {
        using SafeHandle process = BpfStorageOwner.OpenProcess(Environment.ProcessId);
        HoldsValues(BpfMapType.TaskStorage, process);
    }

    [KernelFact]
    public void Files_carry_values()
    {
        using SafeHandle file = BpfStorageOwner.OpenPath(Environment.ProcessPath!);
        HoldsValues(BpfMapType.InodeStorage, file);
    }

    [KernelFact]
    public void Cgroups_carry_values()
    {
        using SafeHandle cgroup = BpfStorageOwner.OpenCgroup(CgroupRoot());
        HoldsValues(BpfMapType.CgroupLocalStorage, cgroup);
    }

    [KernelFact]
    public void A_value_is_gone_with_its_owner()
    {
        using BpfLocalStorage<ulong> storage = BpfLocalStorage.Create<ulong>(BpfMapType.SocketStorage, "clvt");
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        storage.TrySet(socket.SafeHandle, 1);
        socket.Dispose();
        using var next = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Assert.False(storage.TryGetValue(next.SafeHandle, out _));
        Assert.Throws<ObjectDisposedException>(() => storage.TryGetValue(socket.SafeHandle, out _));
    }

    [KernelFact]
    public void A_descriptor_of_another_kind_is_refused_with_what_the_map_hangs_on()
    {
        using BpfLocalStorage<ulong> sockets = BpfLocalStorage.Create<ulong>(BpfMapType.SocketStorage, "clvt");
        using BpfLocalStorage<ulong> tasks = BpfLocalStorage.Create<ulong>(BpfMapType.TaskStorage, "clvt");
        using SafeHandle file = BpfStorageOwner.OpenPath("/proc/self/status");
        Assert.Contains("SocketStorage hangs on", Assert.ThrowsAny<BpfException>(() => sockets.TrySet(file, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("TaskStorage hangs on", Assert.ThrowsAny<BpfException>(() => tasks.TryGetValue(file, out _)).Message, StringComparison.Ordinal);
        Assert.Equal("ESRCH", Assert.Throws<BpfException>(() => BpfStorageOwner.OpenProcess(int.MaxValue)).ErrnoName);
        Assert.Equal("ENOENT", Assert.Throws<BpfException>(() => BpfStorageOwner.OpenCgroup("/nonexistent")).ErrnoName);
    }

    [KernelFact]
    public void Storage_that_a_program_declares_is_checked_and_shared()
    {
        const string Source = """
            struct mark { __u32 value; __u32 set; };
            struct { __uint(type, BPF_MAP_TYPE_SK_STORAGE); __uint(map_flags, BPF_F_NO_PREALLOC); __type(key, int); __type(value, struct mark); } marks SEC(".maps");
            SEC("tc") int nothing(struct __sk_buff *skb) { return 0; }
            """;
        using BpfObject loaded = TestPrograms.Load(Source);
        using BpfLocalStorage<Mark> marks = loaded.Map<BpfLocalStorage<Mark>>("marks");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Assert.True(marks.TrySet(socket.SafeHandle, new Mark(7, 1)));
        Assert.True(marks.TryGetValue(socket.SafeHandle, out Mark mark));
        Assert.Equal(new Mark(7, 1), mark);
        Assert.Throws<BpfMapIncompatibleException>(() => loaded.Map<BpfLocalStorage<uint>>("marks"));
    }

    [KernelFact]
    public void A_cgroup_array_takes_cgroup_directories()
    {
        using BpfCgroupArray array = BpfCgroupArray.Create("clvt", 2);
        array.Set(1, CgroupRoot());
        Assert.True(array.Remove(1));
        Assert.False(array.Remove(1));
        Assert.Contains("cgroup v2", Assert.Throws<BpfException>(() => array.Set(0, "/tmp")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => array.Set(2, CgroupRoot()));
    }

    [KernelFact]
    public void Attached_cgroup_storage_has_no_entries_without_an_attachment()
    {
        using BpfAttachedCgroupStorage<ulong> storage = BpfAttachedCgroupStorage.Create<ulong>("clvt");
        Assert.Empty(storage.Keys());
        Assert.False(storage.TryGetValue(new BpfAttachedCgroupKey(1, 0), out _));
        Assert.False(storage.TryUpdate(new BpfAttachedCgroupKey(1, 0), 5));
    }

    private static void HoldsValues(BpfMapType type, SafeHandle owner)
    {
        using BpfLocalStorage<ulong> storage = BpfLocalStorage.Create<ulong>(type, "clvt");
        Assert.False(storage.TryGetValue(owner, out _));
        Assert.False(storage.TrySet(owner, 5, BpfUpdateMode.Existing));
        Assert.True(storage.TrySet(owner, 5));
        Assert.False(storage.TrySet(owner, 6, BpfUpdateMode.NotExisting));
        Assert.True(storage.TryGetValue(owner, out ulong value));
        Assert.Equal(5UL, value);
        Assert.True(storage.Remove(owner));
        Assert.False(storage.Remove(owner));
    }

    private static string CgroupRoot() =>
        Directory.Exists("/sys/fs/cgroup/unified") ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup";

    private record struct Mark(uint Value, uint Set);
}
