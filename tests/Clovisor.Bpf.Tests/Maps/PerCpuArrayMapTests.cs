using System.Numerics;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class PerCpuArrayMapTests
{
    [KernelFact]
    public void Holds_a_value_for_each_possible_cpu()
    {
        using var map = new BpfPerCpuArrayMap<ulong>(BpfMap.Create(BpfMapType.PerCpuArray, "clvt_cpu", 4, 8, 3));
        ulong[] written = [.. Enumerable.Range(1, map.CpuCount).Select(static value => (ulong)value)];
        map.Write(1, written);
        var read = new ulong[map.CpuCount];
        map.Read(1, read);

        Assert.Equal(written, read);
        Assert.Equal((ulong)(map.CpuCount * (map.CpuCount + 1) / 2), map.Sum(1));
        map.Clear(1);
        Assert.Equal(0UL, map.Sum(1));
    }

    // The kernel rounds 12 bytes up to 16 for each CPU: a buffer of 12 would be written over.
    [KernelFact]
    public void Values_that_the_kernel_rounds_up_come_back_whole()
    {
        using var map = new BpfPerCpuArrayMap<Triple>(BpfMap.Create(BpfMapType.PerCpuArray, "clvt_cpu", 4, 12, 2));
        Triple[] written = [.. Enumerable.Range(1, map.CpuCount).Select(static cpu => new Triple((uint)cpu, (uint)cpu * 10, (uint)cpu * 100))];
        map.Write(0, written);
        var read = new Triple[map.CpuCount];
        map.Read(0, read);

        Assert.Equal(written, read);
        Assert.Equal(written.Aggregate(static (left, right) => left + right), map.Sum(0));
        Assert.Equal(16 * map.CpuCount, map.Map.ValueBufferSize);
    }

    [KernelFact]
    public void Refuses_room_for_fewer_cpus()
    {
        using var map = new BpfPerCpuArrayMap<ulong>(BpfMap.Create(BpfMapType.PerCpuArray, "clvt_cpu", 4, 8, 1));
        Assert.Throws<ArgumentException>(() => map.Read(0, new ulong[map.CpuCount - 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => map.Sum(1));
    }

    [Theory]
    [InlineData("0\n", 1)]
    [InlineData("0-1\n", 2)]
    [InlineData("0-127", 128)]
    [InlineData("0-3,8-11", 12)]
    [InlineData("0,4", 5)]
    public void Counts_cpus_to_the_highest_number(string list, int expected) => Assert.Equal(expected, PossibleCpus.Parse(list));

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Triple(uint A, uint B, uint C) : IAdditionOperators<Triple, Triple, Triple>, IAdditiveIdentity<Triple, Triple>
    {
        public static Triple AdditiveIdentity => default;

        public static Triple operator +(Triple left, Triple right) => new(left.A + right.A, left.B + right.B, left.C + right.C);
    }
}
