using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class AllocationTests
{
    [KernelFact]
    public void Hash_map_operations_allocate_nothing()
    {
        using BpfHashMap<uint, ulong> map = HashMapTests.Create();
        MustNotAllocate(() =>
        {
            map[1] = 1;
            map.TryGetValue(1, out _);
            map.TryAdd(2, 2);
            map.TryAdd(2, 2);
            map.TryUpdate(1, 3);
            map.TryTake(2, out _);
            map.Remove(1);
            map.Remove(1);
        });
    }

    [KernelFact]
    public void Batches_allocate_nothing()
    {
        using BpfHashMap<uint, ulong> map = HashMapTests.Create();
        uint[] keys = [1, 2, 3, 4];
        ulong[] values = [1, 2, 3, 4];
        MustNotAllocate(() =>
        {
            map.SetMany(keys, values);
            map.RemoveMany(keys);
        });
    }

    [KernelFact]
    public void Array_operations_allocate_nothing()
    {
        using BpfArrayMap<ulong> array = ArrayMapTests.Create(64);
        using var perCpu = new BpfPerCpuArrayMap<ulong>(BpfMap.Create(BpfMapType.PerCpuArray, "clvt", 4, 8, 1));
        var values = new ulong[64];
        MustNotAllocate(() =>
        {
            array[3] = array[2] + 1;
            array.Read(0, values);
            array.WriteRange(0, values);
            perCpu.Sum(0);
        });
    }

    [KernelFact]
    public void Test_runs_allocate_nothing()
    {
        using BpfObject loaded = TestPrograms.Load(TestPrograms.Counter);
        using BpfProgram program = loaded.Program("count");
        byte[] frame = TestPrograms.Frame();
        var output = new byte[64];
        MustNotAllocate(() => program.TestRun(frame, output));
    }

    private static void MustNotAllocate(Action operations)
    {
        for (int i = 0; i < 50; i++)
        {
            operations();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 500; i++)
        {
            operations();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
