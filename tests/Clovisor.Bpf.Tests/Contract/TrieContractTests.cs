using Clovisor.Bpf.Maps;
using static Clovisor.Bpf.Tests.Contract.KernelErrors;
using static Clovisor.Bpf.Tests.Contract.RawMap;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>Longest prefix match, on the fake and on the running kernel.</summary>
public sealed class TrieContractTests
{
    [Theory, BothKernels]
    public void The_longest_prefix_wins(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Trie(8);
        byte[] value = new byte[4];
        Update(map, Prefix(0, 0), Bytes(1, 4));
        Update(map, Prefix(8, 0x0A), Bytes(2, 4));
        Update(map, Prefix(16, 0x0A, 0x01), Bytes(3, 4));
        Assert.Equal(0, Lookup(map, Prefix(32, 0x0A, 0x01, 5, 5), value));
        Assert.Equal(3u, BitConverter.ToUInt32(value));
        Assert.Equal(0, Lookup(map, Prefix(32, 0x0A, 0x02, 5, 5), value));
        Assert.Equal(2u, BitConverter.ToUInt32(value));
        Assert.Equal(0, Lookup(map, Prefix(12, 0x0A, 0x01), value));
        Assert.Equal(2u, BitConverter.ToUInt32(value));
        Assert.Equal(0, Lookup(map, Prefix(32, 0x0B), value));
        Assert.Equal(1u, BitConverter.ToUInt32(value));
    }

    [Theory, BothKernels]
    public void A_prefix_that_is_too_long_is_refused(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Trie(8);
        Update(map, Prefix(0, 0), Bytes(1, 4));
        Assert.Equal(-EINVAL, Update(map, Prefix(33, 0), Bytes(1, 4)));
        Assert.Equal(-EINVAL, Delete(map, Prefix(33, 0)));
        Assert.Equal(-ENOENT, Lookup(map, Prefix(33, 0), new byte[4]));
    }

    [Theory, BothKernels]
    public void A_full_trie_says_so_in_its_own_way(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Trie(2);
        Assert.Equal(0, Update(map, Prefix(8, 1), Bytes(1, 4)));
        Assert.Equal(0, Update(map, Prefix(8, 2), Bytes(1, 4)));
        Assert.Equal(-ENOSPC, Update(map, Prefix(8, 3), Bytes(1, 4)));
        Assert.Equal(0, Update(map, Prefix(8, 1), Bytes(2, 4)));
        Assert.Equal(0, Delete(map, Prefix(8, 1)));
        Assert.Equal(0, Update(map, Prefix(8, 3), Bytes(1, 4)));
    }

    [Theory, BothKernels]
    public void Modes_are_kept(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Trie(8);
        Assert.Equal(-ENOENT, Update(map, Prefix(8, 1), Bytes(1, 4), Existing));
        Assert.Equal(0, Update(map, Prefix(8, 1), Bytes(1, 4), NotExisting));
        Assert.Equal(-EEXIST, Update(map, Prefix(8, 1), Bytes(1, 4), NotExisting));
        Assert.Equal(-EINVAL, Update(map, Prefix(8, 1), Bytes(1, 4), 3));
        Assert.Equal(-ENOTSUPP, Take(map, Prefix(8, 1), new byte[4]));
    }

    [Theory, BothKernels]
    public void Bits_behind_the_prefix_count_for_nothing(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Trie(8);
        Assert.Equal(0, Update(map, Prefix(8, 1, 2, 3, 4), Bytes(1, 4)));
        Assert.Equal(-EEXIST, Update(map, Prefix(8, 1, 9, 9, 9), Bytes(1, 4), NotExisting));
        Assert.Equal(0, Delete(map, Prefix(8, 1, 7, 7, 7)));
        Assert.Equal(-ENOENT, Delete(map, Prefix(8, 1)));
    }

    [Theory, BothKernels]
    public void Keys_come_from_the_most_specific_to_the_least(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Trie(16);
        byte[][] keys = [Prefix(0, 0), Prefix(8, 10), Prefix(16, 10, 1), Prefix(24, 10, 1, 1), Prefix(16, 10, 200), Prefix(8, 192), Prefix(9, 192, 128), Prefix(32, 1, 2, 3, 4)];
        foreach (byte[] key in keys)
        {
            Update(map, key, Bytes(1, 4));
        }

        List<string> order = [];
        byte[] next = new byte[8];
        byte[]? at = null;
        while (order.Count < 20 && NextKey(map, at, next) == 0)
        {
            order.Add($"{next[4]}.{next[5]}.{next[6]}.{next[7]}/{next[0]}");
            at = [.. next];
        }

        Assert.Equal(
            ["1.2.3.4/32", "10.1.1.0/24", "10.1.0.0/16", "10.200.0.0/16", "10.0.0.0/8", "192.128.0.0/9", "192.0.0.0/8", "0.0.0.0/0"], order);
    }

    [Theory, BothKernels]
    public void A_batch_reads_and_deletes(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfMap map = Trie(16);
        byte[] written = [.. Prefix(8, 1), .. Prefix(8, 2), .. Prefix(8, 3)];
        uint count = 3;
        Assert.Equal(0, Batch(map, BpfCommand.MapUpdateBatch, null, null, written, new byte[12], ref count));
        byte[] cursor = new byte[8], keys = new byte[80];
        count = 10;
        Assert.Equal(-ENOENT, Batch(map, BpfCommand.MapLookupBatch, null, cursor, keys, new byte[40], ref count));
        Assert.Equal(3u, count);
        count = 3;
        Assert.Equal(0, Batch(map, BpfCommand.MapDeleteBatch, null, null, written, null, ref count));
        Assert.Equal(-ENOTSUPP, Batch(map, BpfCommand.MapLookupAndDeleteBatch, null, cursor, keys, new byte[40], ref count));
    }

    private static BpfMap Trie(uint maxEntries) => BpfMap.Create(BpfMapType.LpmTrie, "clvt", 8, 4, maxEntries, BpfMapOptions.NoPreallocation);

    private static byte[] Prefix(uint length, params byte[] address)
    {
        byte[] key = new byte[8];
        BitConverter.GetBytes(length).CopyTo(key, 0);
        address.CopyTo(key, 4);
        return key;
    }
}
