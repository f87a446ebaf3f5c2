using Clovisor.Bpf.Maps;
using static Clovisor.Bpf.Tests.Contract.KernelErrors;
using static Clovisor.Bpf.Tests.Contract.RawMap;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Arrays and per-CPU maps, on the fake and on the running kernel.</summary>
public sealed class ArrayContractTests
{
    [Theory, BothKernels]
    public void Elements_are_zero_at_first_and_always_there(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 5, 3);
        byte[] value = [1, 2, 3, 4, 5];
        Assert.Equal(0, Lookup(map, Bytes(2, 4), value));
        Assert.Equal(new byte[5], value);
        Assert.Equal(-EEXIST, Update(map, Bytes(2, 4), value, NotExisting));
        Assert.Equal(0, Update(map, Bytes(2, 4), [5, 4, 3, 2, 1], Existing));
        Assert.Equal(0, Lookup(map, Bytes(2, 4), value));
        Assert.Equal([5, 4, 3, 2, 1], value);
    }

    [Theory, BothKernels]
    public void An_index_beyond_the_end_is_refused(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 3);
        Assert.Equal(-ENOENT, Lookup(map, Bytes(3, 4), new byte[8]));
        Assert.Equal(-E2BIG, Update(map, Bytes(3, 4), new byte[8]));
        Assert.Equal(-E2BIG, Update(map, Bytes(3, 4), new byte[8], NotExisting));
        Assert.Equal(-EINVAL, Update(map, Bytes(3, 4), new byte[8], 3));
        Assert.Equal(-EINVAL, Delete(map, Bytes(3, 4)));
    }

    [Theory, BothKernels]
    public void Elements_cannot_be_taken_away(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 3);
        Assert.Equal(-EINVAL, Delete(map, Bytes(0, 4)));
        Assert.Equal(-ENOTSUPP, Take(map, Bytes(0, 4), new byte[8]));
    }

    [Theory, BothKernels]
    public void Keys_come_in_order_and_start_over_beyond_the_end(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 3);
        byte[] next = new byte[4];
        Assert.Equal([0u, 1u, 2u], Keys(map));
        Assert.Equal(0, NextKey(map, Bytes(77, 4), next));
        Assert.Equal(0u, BitConverter.ToUInt32(next));
    }

    [Theory, BothKernels]
    public void A_batch_reads_on_where_the_last_one_ended(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 5);
        for (uint i = 0; i < 5; i++)
        {
            Update(map, Bytes(i, 4), Bytes(i + 10, 8));
        }

        byte[] cursor = new byte[4], keys = new byte[12], values = new byte[24];
        uint count = 3;
        Assert.Equal(0, Batch(map, BpfCommand.MapLookupBatch, null, cursor, keys, values, ref count));
        Assert.Equal(3u, count);
        Assert.Equal(12ul, BitConverter.ToUInt64(values, 16));
        Assert.Equal(-ENOENT, Batch(map, BpfCommand.MapLookupBatch, cursor, cursor, keys, values, ref count));
        Assert.Equal(2u, count);
        Assert.Equal(3u, BitConverter.ToUInt32(keys));
        Assert.Equal(14ul, BitConverter.ToUInt64(values, 8));
    }

    [Theory, BothKernels]
    public void A_writing_batch_stops_at_the_first_refusal(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 2);
        byte[] keys = [.. Bytes(0, 4), .. Bytes(1, 4), .. Bytes(2, 4)];
        uint count = 3;
        Assert.Equal(-E2BIG, Batch(map, BpfCommand.MapUpdateBatch, null, null, keys, new byte[24], ref count));
        Assert.Equal(2u, count);
        Assert.Equal(-ENOTSUPP, Batch(map, BpfCommand.MapDeleteBatch, null, null, keys, null, ref count));
        Assert.Equal(-ENOTSUPP, Batch(map, BpfCommand.MapLookupAndDeleteBatch, null, new byte[4], keys, new byte[24], ref count));
    }

    [Theory, BothKernels]
    public void A_per_cpu_element_has_a_value_for_each_cpu(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.PerCpuArray, "clvt", 4, 12, 2);
        Assert.Equal(16 * PossibleCpus.Count, map.ValueBufferSize);
        byte[] written = new byte[map.ValueBufferSize];
        byte[] read = new byte[map.ValueBufferSize];
        for (int i = 0; i < written.Length; i++)
        {
            // The 4 bytes between the values are nobody's.
            written[i] = i % 16 < 12 ? (byte)(i + 1) : (byte)0;
        }

        Assert.Equal(0, Update(map, Bytes(1, 4), written));
        Assert.Equal(0, Lookup(map, Bytes(1, 4), read));
        Assert.Equal(written, read);
        Assert.Equal(-E2BIG, Update(map, Bytes(2, 4), written));
        Assert.Equal(-EINVAL, Update(map, Bytes(1, 4), written, 3));
        Assert.Equal(-ENOTSUPP, Take(map, Bytes(1, 4), read));
    }

    [Theory, BothKernels]
    public void A_per_cpu_hash_has_a_value_for_each_cpu(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.PerCpuHash, "clvt", 4, 8, 2);
        byte[] written = [.. Enumerable.Range(1, map.ValueBufferSize).Select(static i => (byte)i)];
        byte[] read = new byte[map.ValueBufferSize];
        Assert.Equal(-ENOENT, Update(map, Bytes(1, 4), written, Existing));
        Assert.Equal(0, Update(map, Bytes(1, 4), written, NotExisting));
        Assert.Equal(-EEXIST, Update(map, Bytes(1, 4), written, NotExisting));
        Assert.Equal(0, Update(map, Bytes(2, 4), written));
        Assert.Equal(-E2BIG, Update(map, Bytes(3, 4), written));
        Assert.Equal(0, Take(map, Bytes(1, 4), read));
        Assert.Equal(written, read);
        Assert.Equal(-ENOENT, Lookup(map, Bytes(1, 4), read));
    }
}
