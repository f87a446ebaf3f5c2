using Clovisor.Bpf.Maps;
using static Clovisor.Bpf.Tests.Contract.KernelErrors;
using static Clovisor.Bpf.Tests.Contract.RawMap;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Maps without keys: queue, stack, bloom filter.</summary>
public sealed class QueueContractTests
{
    private const BpfMapType BloomFilter = (BpfMapType)30;

    [Theory, BothKernels]
    public void A_queue_gives_the_first_first(KernelUnderTest kernel) => PushAndPop(kernel, BpfMapType.Queue, [1, 2, 3]);

    [Theory, BothKernels]
    public void A_stack_gives_the_last_first(KernelUnderTest kernel) => PushAndPop(kernel, BpfMapType.Stack, [3, 2, 1]);

    [Theory, BothKernels]
    public void A_full_queue_drops_its_oldest_only_when_told_to(KernelUnderTest kernel) => Overwrite(kernel, BpfMapType.Queue, [2, 3]);

    [Theory, BothKernels]
    public void A_full_stack_drops_its_oldest_only_when_told_to(KernelUnderTest kernel) => Overwrite(kernel, BpfMapType.Stack, [3, 2]);

    [Theory, BothKernels]
    public void A_queue_has_no_keys(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Queue, "clvt", 0, 8, 2);
        Assert.Equal(-EINVAL, Update(map, Bytes(1, 4), Bytes(1, 8)));
        Assert.Equal(-EINVAL, Lookup(map, Bytes(1, 4), new byte[8]));
        Assert.Equal(-EINVAL, Delete(map, null));
        Assert.Equal(-EINVAL, NextKey(map, null, new byte[4]));
        Assert.Equal(-EINVAL, Update(map, null, Bytes(1, 8), NotExisting));
        Assert.Equal(-EINVAL, Take(map, null, new byte[8], 1));
    }

    [Theory, BothKernels]
    public void A_bloom_filter_knows_what_it_was_given(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BloomFilter, "clvt", 0, 8, 1000);
        for (uint i = 0; i < 100; i++)
        {
            Assert.Equal(0, Update(map, null, Bytes(i, 8)));
        }

        for (uint i = 0; i < 100; i++)
        {
            Assert.Equal(0, Lookup(map, null, Bytes(i, 8)));
        }

        Assert.InRange(Enumerable.Range(1000, 1000).Count(i => Lookup(map, null, Bytes((ulong)i, 8)) == 0), 0, 20);
    }

    [Theory, BothKernels]
    public void A_bloom_filter_forgets_nothing_and_lists_nothing(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BloomFilter, "clvt", 0, 8, 10);
        Assert.Equal(-ENOENT, Lookup(map, null, Bytes(1, 8)));
        Assert.Equal(-EINVAL, Update(map, null, Bytes(1, 8), NotExisting));
        Assert.Equal(-EOPNOTSUPP, Delete(map, null));
        Assert.Equal(-EOPNOTSUPP, NextKey(map, null, new byte[4]));
        Assert.Equal(-ENOTSUPP, Take(map, null, Bytes(1, 8)));
    }

    private static void PushAndPop(KernelUnderTest kernel, BpfMapType type, ulong[] order)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(type, "clvt", 0, 8, 3);
        byte[] value = new byte[8];
        Assert.Equal(-ENOENT, Lookup(map, null, value));
        Assert.Equal(-ENOENT, Take(map, null, value));
        for (ulong i = 1; i <= 3; i++)
        {
            Assert.Equal(0, Update(map, null, Bytes(i, 8)));
        }

        Assert.Equal(-E2BIG, Update(map, null, Bytes(4, 8)));
        foreach (ulong expected in order)
        {
            Assert.Equal(0, Lookup(map, null, value));
            Assert.Equal(expected, BitConverter.ToUInt64(value));
            Assert.Equal(0, Take(map, null, value));
            Assert.Equal(expected, BitConverter.ToUInt64(value));
        }

        Assert.Equal(-ENOENT, Take(map, null, value));
    }

    private static void Overwrite(KernelUnderTest kernel, BpfMapType type, ulong[] order)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(type, "clvt", 0, 8, 2);
        for (ulong i = 1; i <= 3; i++)
        {
            Assert.Equal(0, Update(map, null, Bytes(i, 8), Existing));
        }

        byte[] value = new byte[8];
        foreach (ulong expected in order)
        {
            Assert.Equal(0, Take(map, null, value));
            Assert.Equal(expected, BitConverter.ToUInt64(value));
        }
    }
}
