using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Maps.Redirects;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps.Redirects;

public sealed class DeviceMapTests
{
    private const string Source = """
        struct { __uint(type, BPF_MAP_TYPE_DEVMAP); __type(key, __u32); __type(value, struct bpf_devmap_val); __uint(max_entries, 4); } devices SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_CPUMAP); __type(key, __u32); __type(value, struct bpf_cpumap_val); __uint(max_entries, 4); } cpus SEC(".maps");
        SEC("xdp/devmap") int leaving(struct xdp_md *ctx) { return XDP_PASS; }
        SEC("xdp/cpumap") int arrived(struct xdp_md *ctx) { return XDP_PASS; }
        SEC("xdp") int redirect(struct xdp_md *ctx) { return bpf_redirect_map(&devices, 1, XDP_DROP); }
        """;

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Devices_go_in_come_back_and_go(bool hash)
    {
        using BpfDeviceMap map = hash ? BpfDeviceMap.CreateHash("clvt", 8) : BpfDeviceMap.Create("clvt", 8);
        Assert.True(map.TrySet(3, 1));
        Assert.True(map.TryGet(3, out int device, out uint program));
        Assert.Equal((1, 0u), (device, program));
        Assert.False(map.TryGet(4, out _, out _));
        Assert.True(map.Remove(3));
        Assert.False(map.TryGet(3, out _, out _));
        Assert.Contains("no such device", Assert.Throws<BpfException>(() => map.TrySet(3, 1_000_000)).Message, StringComparison.Ordinal);
        if (hash)
        {
            Assert.True(map.TrySet(4_000_000, 1));
            Assert.False(map.TrySet(4_000_000, 1, mode: BpfUpdateMode.NotExisting));
            Assert.False(map.Remove(77));
        }
    }

    [KernelFact]
    public void An_entry_carries_a_program_and_directs_packets()
    {
        using BpfObject loaded = TestPrograms.Load(Source);
        using BpfProgram leaving = loaded.Program("leaving");
        using BpfProgram redirect = loaded.Program("redirect");
        using BpfDeviceMap map = loaded.Map<BpfDeviceMap>("devices");
        const int Drop = 1;
        const int Redirect = 4;
        Assert.True(map.TakesPrograms);
        Assert.Equal(Drop, redirect.TestRun(TestPrograms.Frame(), []).ReturnCode);
        map.TrySet(1, 1, leaving);
        Assert.Equal(Redirect, redirect.TestRun(TestPrograms.Frame(), []).ReturnCode);
        Assert.True(map.TryGet(1, out _, out uint id));
        Assert.Equal(leaving.Id, id);
        Assert.Contains("xdp/devmap", Assert.Throws<BpfException>(() => map.TrySet(1, 1, redirect)).Message, StringComparison.Ordinal);
        using BpfDeviceMap plain = BpfDeviceMap.Create("clvt", 1, takesPrograms: false);
        Assert.True(plain.TrySet(0, 1));
        Assert.Throws<InvalidOperationException>(() => plain.TrySet(0, 1, leaving));
    }

    [KernelFact]
    public void Cpus_go_in_with_a_queue_and_a_program()
    {
        using BpfObject loaded = TestPrograms.Load(Source);
        using BpfProgram arrived = loaded.Program("arrived");
        using BpfCpuMap map = loaded.Map<BpfCpuMap>("cpus");
        map.Set(0, 192);
        Assert.True(map.TryGet(0, out int queue, out uint program));
        Assert.Equal((192, 0u), (queue, program));
        map.Set(0, 64, arrived);
        Assert.True(map.TryGet(0, out queue, out program));
        Assert.Equal((64, arrived.Id), (queue, program));
        map.Remove(0);
        Assert.False(map.TryGet(0, out _, out _));
        Assert.Contains("0 to 3", Assert.Throws<BpfException>(() => map.Set(4, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("16384", Assert.Throws<BpfException>(() => map.Set(0, 20000)).Message, StringComparison.Ordinal);
        using BpfCpuMap own = BpfCpuMap.Create("clvt", takesPrograms: false);
        own.Set(0, 8);
        Assert.Throws<InvalidOperationException>(() => own.Set(0, 8, arrived));
    }
}
