using Clovisor.Bpf.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class ArrayMapTests
{
    [KernelFact]
    public void Elements_are_zero_until_written()
    {
        using BpfArrayMap<ulong> map = Create(4);
        map[2] = 9;

        Assert.Equal(4, map.Count);
        Assert.Equal([0UL, 0UL, 9UL, 0UL], map.ReadAll());
    }

    [KernelTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5000)]
    public void Reads_and_writes_ranges(int count)
    {
        using BpfArrayMap<ulong> map = Create(count);
        ulong[] values = [.. Enumerable.Range(1, count).Select(static value => (ulong)value)];
        map.WriteRange(0, values);

        Assert.Equal(values, map.ReadAll());
    }

    [KernelFact]
    public void Reads_and_writes_a_part_in_the_middle()
    {
        using BpfArrayMap<ulong> map = Create(10);
        map.WriteRange(3, [1, 2, 3]);
        var part = new ulong[4];
        map.Read(4, part);

        Assert.Equal([0UL, 0UL, 0UL, 1UL, 2UL, 3UL, 0UL, 0UL, 0UL, 0UL], map.ReadAll());
        Assert.Equal([2UL, 3UL, 0UL, 0UL], part);
    }

    [KernelFact]
    public void Refuses_an_index_beyond_the_end_before_it_asks_the_kernel()
    {
        using BpfArrayMap<ulong> map = Create(4);

        Assert.Throws<ArgumentOutOfRangeException>(() => map[4]);
        Assert.Throws<ArgumentOutOfRangeException>(() => map[-1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => map[4] = 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => map.WriteRange(3, [1, 2]));
        Assert.Equal(new ulong[4], map.ReadAll());
    }

    internal static BpfArrayMap<ulong> Create(int count) =>
        new(BpfMap.Create(BpfMapType.Array, "clvt_array", sizeof(uint), sizeof(ulong), (uint)count));
}
