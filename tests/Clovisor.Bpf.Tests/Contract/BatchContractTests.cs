using Clovisor.Bpf.Maps;
using static Clovisor.Bpf.Tests.Contract.KernelErrors;
using static Clovisor.Bpf.Tests.Contract.RawMap;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Batches over hash tables: the cursor, short answers and what happens when a bucket does not fit.</summary>
public sealed class BatchContractTests
{
    private const int Entries = 4000;

    [Theory, BothKernels]
    public void Small_batches_see_every_entry_once_though_some_are_short(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Filled(Entries, Entries);
        (HashSet<uint> seen, int total, int shortOnes) = Walk(map, BpfCommand.MapLookupBatch, 64);
        Assert.Equal(Entries, seen.Count);
        Assert.Equal(Entries, total);
        Assert.True(shortOnes > 0, "no batch was short, though buckets are never split");
    }

    [Theory, BothKernels]
    public void Taking_by_batches_leaves_nothing(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Filled(Entries, Entries);
        (HashSet<uint> seen, int total, _) = Walk(map, BpfCommand.MapLookupAndDeleteBatch, 100);
        Assert.Equal(Entries, seen.Count);
        Assert.Equal(Entries, total);
        Assert.Empty(Keys(map));
    }

    [Theory, BothKernels]
    public void A_batch_of_one_does_not_fit_a_bucket_of_more(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Filled(Entries, Entries);
        byte[] cursor = new byte[4], key = new byte[4], value = new byte[8];
        int result = 0;
        byte[]? from = null;
        uint count = 1;
        for (int i = 0; i < Entries && result == 0; i++)
        {
            count = 1;
            result = Batch(map, BpfCommand.MapLookupBatch, from, cursor, key, value, ref count);
            from = cursor;
        }

        Assert.Equal(-ENOSPC, result);
        Assert.Equal(0u, count);
        uint larger = 64;
        byte[] keys = new byte[64 * 4], values = new byte[64 * 8];
        Assert.Equal(0, Batch(map, BpfCommand.MapLookupBatch, cursor, cursor, keys, values, ref larger));
        Assert.True(larger > 1);
    }

    [Theory, BothKernels]
    public void An_empty_table_ends_at_once(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Filled(8, 0);
        uint count = 4;
        Assert.Equal(-ENOENT, Batch(map, BpfCommand.MapLookupBatch, null, new byte[4], new byte[16], new byte[32], ref count));
        Assert.Equal(0u, count);
    }

    [Theory, BothKernels]
    public void A_batch_without_room_does_nothing(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Filled(8, 4);
        uint count = 0;
        Assert.Equal(0, Batch(map, BpfCommand.MapLookupBatch, null, new byte[4], new byte[16], new byte[32], ref count));
        Assert.Equal(0, Batch(map, BpfCommand.MapDeleteBatch, null, null, new byte[16], null, ref count));
        Assert.Equal(4, Keys(map).Count);
    }

    [Theory, BothKernels]
    public void Writing_stops_when_the_table_is_full_and_says_how_far_it_came(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Filled(8, 0);
        byte[] keys = [.. Enumerable.Range(0, 10).SelectMany(static i => Bytes((ulong)i, 4))];
        uint count = 10;
        Assert.Equal(-E2BIG, Batch(map, BpfCommand.MapUpdateBatch, null, null, keys, new byte[80], ref count));
        Assert.Equal(8u, count);
    }

    [Theory, BothKernels]
    public void Deleting_stops_at_a_key_that_is_not_there(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Filled(8, 4);
        byte[] keys = [.. Bytes(0, 4), .. Bytes(77, 4), .. Bytes(1, 4)];
        uint count = 3;
        Assert.Equal(-ENOENT, Batch(map, BpfCommand.MapDeleteBatch, null, null, keys, null, ref count));
        Assert.Equal(1u, count);
        Assert.Equal(3, Keys(map).Count);
    }

    [Theory, BothKernels]
    public void A_cursor_beyond_the_last_bucket_is_the_end(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Filled(8, 4);
        uint count = 4;
        Assert.Equal(-ENOENT, Batch(map, BpfCommand.MapLookupBatch, Bytes(1000, 4), new byte[4], new byte[16], new byte[32], ref count));
    }

    [Theory, BothKernels]
    public void Queues_have_no_batches(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = BpfMap.Create(BpfMapType.Queue, "clvt", 0, 8, 4);
        uint count = 1;
        Assert.Equal(-ENOTSUPP, Batch(map, BpfCommand.MapUpdateBatch, null, null, new byte[8], new byte[8], ref count));
        Assert.Equal(-ENOTSUPP, Batch(map, BpfCommand.MapLookupBatch, null, new byte[8], new byte[8], new byte[8], ref count));
    }

    private static BpfMap Filled(uint capacity, uint entries)
    {
        BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, capacity);
        for (uint i = 0; i < entries; i++)
        {
            Update(map, Bytes(i, 4), Bytes(i, 8));
        }

        return map;
    }

    private static (HashSet<uint> Seen, int Total, int Short) Walk(BpfMap map, BpfCommand command, uint size)
    {
        HashSet<uint> seen = [];
        byte[] cursor = new byte[4], keys = new byte[size * 4], values = new byte[size * 8];
        byte[]? from = null;
        int total = 0, shortOnes = 0, result = 0;
        while (result == 0)
        {
            uint count = size;
            result = Batch(map, command, from, cursor, keys, values, ref count);
            Assert.True(result is 0 or -ENOENT, $"errno {-result}");
            from = cursor;
            total += (int)count;
            shortOnes += result == 0 && count < size ? 1 : 0;
            for (int i = 0; i < count; i++)
            {
                uint key = BitConverter.ToUInt32(keys, i * 4);
                Assert.Equal(key, BitConverter.ToUInt64(values, i * 8));
                seen.Add(key);
            }
        }

        return (seen, total, shortOnes);
    }
}
