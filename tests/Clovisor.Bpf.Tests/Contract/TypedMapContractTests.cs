using System.Net;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Tests.Contract;

/// <summary>The typed maps of the library, the same on the fake and on the running kernel.</summary>
public sealed class TypedMapContractTests
{
    [Theory, BothKernels]
    public void A_trie_finds_the_longest_network(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfLpmTrie<uint, int> routes = BpfLpmTrie.Create<uint, int>("clvt", 16);
        routes.Set(IPNetwork.Parse("0.0.0.0/0"), 1);
        routes.Set(IPNetwork.Parse("10.1.0.0/16"), 3);
        Assert.True(routes.TryMatch(IPAddress.Parse("10.1.2.3"), out int value));
        Assert.Equal(3, value);
        Assert.Equal(2, routes.Snapshot().Entries.Count);
        Assert.True(routes.Remove(IPNetwork.Parse("10.1.0.0/16")));
        Assert.True(routes.TryMatch(IPAddress.Parse("10.1.2.3"), out value));
        Assert.Equal(1, value);
    }

    [Theory, BothKernels]
    public void A_queue_is_pushed_full_and_drained(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfQueue<ulong> queue = BpfQueue.Create<ulong>("clvt", 2);
        Assert.True(queue.TryPush(1));
        Assert.True(queue.TryPush(2));
        Assert.False(queue.TryPush(3));
        queue.PushOverOldest(4);
        Assert.True(queue.TryPeek(out ulong next));
        Assert.Equal(2ul, next);
        Assert.Equal([2ul, 4ul], queue.Drain());
    }

    [Theory, BothKernels]
    public void A_stack_gives_back_the_last(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfQueue<ulong> stack = BpfQueue.CreateStack<ulong>("clvt", 2);
        Assert.True(stack.TryPush(1));
        Assert.True(stack.TryPush(2));
        Assert.True(stack.TryPop(out ulong last));
        Assert.Equal(2ul, last);
    }

    [Theory, BothKernels]
    public void A_bloom_filter_knows_what_was_added(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using BpfBloomFilter<ulong> filter = BpfBloomFilter.Create<ulong>("clvt", 100, 3);
        filter.Add(7);
        Assert.True(filter.MightContain(7));
        Assert.False(filter.MightContain(8));
    }

    [Theory, BothKernels]
    public void An_array_of_maps_opens_what_was_set(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using var inner = new BpfHashMap<uint, ulong>(BpfMap.Create(BpfMapType.Hash, "inner", 4, 8, 4));
        using BpfArrayOfMaps<BpfHashMap<uint, ulong>> outer = BpfArrayOfMaps.Create("clvt", 2, inner);
        inner[1] = 11;
        outer.Set(1, inner);
        Assert.False(outer.TryOpen(0, out _));
        Assert.True(outer.TryOpen(1, out BpfHashMap<uint, ulong>? opened));
        using (opened)
        {
            Assert.Equal(11ul, opened[1]);
        }

        Assert.True(outer.Remove(1));
        Assert.False(outer.Remove(1));
    }

    [Theory, BothKernels]
    public void Many_entries_are_written_read_and_removed_by_condition(KernelUnderTest kernel)
    {
        using IDisposable scope = kernel.Enter();
        using var map = new BpfHashMap<uint, ulong>(BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4096));
        uint[] keys = [.. Enumerable.Range(0, 4000).Select(static key => (uint)key)];
        map.SetMany(keys, [.. keys.Select(static key => (ulong)key)]);
        BpfMapSnapshot<uint, ulong> snapshot = map.Snapshot();
        Assert.True(snapshot.IsComplete);
        Assert.Equal(4000, snapshot.Entries.Count);
        Assert.Equal(400, map.RemoveWhere(static (key, _) => key % 10 == 0));
        Assert.Equal(3600, map.CountEntries());
    }
}
