using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>One CPU's value of an element: written where the kernel can, refused and unchanged where it cannot; read everywhere.</summary>
public sealed class SingleCpuContractTests
{
    private readonly record struct Counter(uint Packets, uint Bytes, uint Errors);

    [Theory, BothKernels]
    public void One_cpu_of_an_array_is_read(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfPerCpuArrayMap<Counter> map = BpfPerCpuArrayMap.Create<Counter>("clvt", 2);
        map.Write(1, Values(map.CpuCount));

        for (int cpu = 0; cpu < map.CpuCount; cpu++)
        {
            Assert.Equal(Value(cpu), map.Read(1, cpu));
            Assert.Equal(default, map.Read(0, cpu));
        }
    }

    [Theory, BothKernels]
    public void One_cpu_of_a_key_is_read(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using var map = new BpfPerCpuHashMap<uint, Counter>(BpfMap.Create(BpfMapType.PerCpuHash, "clvt", 4, 12, 4));
        map.TrySet(7, Values(map.CpuCount));

        Assert.True(map.TryGetValue(7, map.CpuCount - 1, out Counter value));
        Assert.Equal(Value(map.CpuCount - 1), value);
        Assert.False(map.TryGetValue(8, 0, out value));
        Assert.Equal(default, value);
    }

    [Theory, BothKernels]
    public void One_cpu_is_written_or_nothing_is(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfPerCpuArrayMap<Counter> array = BpfPerCpuArrayMap.Create<Counter>("clvt", 1);
        using var hash = new BpfPerCpuHashMap<uint, Counter>(BpfMap.Create(BpfMapType.PerCpuHash, "clvt", 4, 12, 4));
        array.Write(0, Values(array.CpuCount));
        var written = new Counter(100, 200, 300);
        int last = array.CpuCount - 1;

        if (!Try(() => array.Write(0, last, written)))
        {
            Assert.Equal(KernelUnderTest.Real, kernel);
            Assert.Equal(Value(last), array.Read(0, last));
            Assert.False(Try(() => hash.TrySetValue(5, last, written)));
            Assert.False(hash.ContainsKey(5));
            return;
        }

        Assert.Equal(written, array.Read(0, last));
        Assert.All(Enumerable.Range(0, last), cpu => Assert.Equal(Value(cpu), array.Read(0, cpu)));
        Assert.True(hash.TrySetValue(5, last, written, BpfUpdateMode.NotExisting));
        Assert.False(hash.TrySetValue(5, last, written, BpfUpdateMode.NotExisting));
        Assert.False(hash.TrySetValue(6, last, written, BpfUpdateMode.Existing));
        var all = new Counter[hash.CpuCount];
        Assert.True(hash.TryGetValues(5, all));
        Assert.Equal([.. Enumerable.Repeat(default(Counter), last), written], all);
    }

    [Theory, BothKernels]
    public void A_cpu_that_cannot_be_is_refused(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfPerCpuArrayMap<Counter> map = BpfPerCpuArrayMap.Create<Counter>("clvt", 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => map.Read(0, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Read(0, map.CpuCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Write(0, map.CpuCount, default));
    }

    [Fact]
    public void The_cpu_is_named_in_the_upper_half_of_the_flags() =>
        Assert.Equal(0x0000_0003_0000_0008ul, SingleCpuElement.Flags(3));

    private static bool Try(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (BpfNotSupportedException refusal)
        {
            Assert.Contains("Linux 7.0", refusal.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private static Counter Value(int cpu) => new((uint)cpu + 1, 2, 3);

    private static Counter[] Values(int cpus) => [.. Enumerable.Range(0, cpus).Select(Value)];
}
