using Clovisor.Bpf.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class QueueTests
{
    [KernelFact]
    public void A_queue_gives_the_first_in_first()
    {
        using BpfQueue<ulong> queue = BpfQueue.Create<ulong>("clvt", 3);
        Assert.False(queue.IsStack);
        Assert.False(queue.TryPeek(out _));
        Assert.True(queue.TryPush(1) && queue.TryPush(2) && queue.TryPush(3));
        Assert.False(queue.TryPush(4));
        Assert.True(queue.TryPeek(out ulong value));
        Assert.Equal(1UL, value);
        queue.PushOverOldest(5);
        Assert.Equal([2UL, 3UL, 5UL], queue.Drain());
        Assert.False(queue.TryPop(out value));
        Assert.Equal(0UL, value);
    }

    [KernelFact]
    public void A_stack_gives_the_last_in_first()
    {
        using BpfQueue<int> stack = BpfQueue.CreateStack<int>("clvt", 8);
        Assert.True(stack.IsStack);
        for (int i = 0; i < 5; i++)
        {
            Assert.True(stack.TryPush(i));
        }

        int[] room = new int[3];
        Assert.Equal(3, stack.Drain(room));
        Assert.Equal([4, 3, 2], room);
        Assert.Equal(2, stack.Drain(new int[9]));
    }

    [KernelFact]
    public void Programs_and_user_space_share_a_queue()
    {
        const string Source = """
            struct { __uint(type, BPF_MAP_TYPE_QUEUE); __type(value, __u32); __uint(max_entries, 8); } lengths SEC(".maps");
            SEC("tc") int push(struct __sk_buff *skb) { __u32 length = skb->len; return bpf_map_push_elem(&lengths, &length, 0); }
            """;
        using BpfObject loaded = TestPrograms.Load(Source);
        using Bpf.Programs.BpfProgram program = loaded.Program("push");
        using BpfQueue<uint> queue = loaded.Map<BpfQueue<uint>>("lengths");
        program.TestRun(TestPrograms.Frame(60), []);
        program.TestRun(TestPrograms.Frame(90), []);
        Assert.Equal([60u, 90u], queue.Drain());
        Assert.Contains("value", Assert.Throws<BpfMapIncompatibleException>(() => loaded.Map<BpfQueue<ulong>>("lengths")).Message, StringComparison.Ordinal);
        Assert.Contains("it is a Queue", Assert.Throws<BpfMapIncompatibleException>(() => loaded.Map<BpfArrayMap<uint>>("lengths")).Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_bloom_filter_never_denies_what_was_added()
    {
        using BpfBloomFilter<ulong> filter = BpfBloomFilter.Create<ulong>("clvt", 1000, hashFunctions: 4);
        Assert.Equal(4UL, filter.Map.Extra);
        for (ulong i = 0; i < 1000; i++)
        {
            filter.Add(i);
        }

        Assert.All(Enumerable.Range(0, 1000), i => Assert.True(filter.MightContain((ulong)i)));
        Assert.InRange(Enumerable.Range(1000, 1000).Count(i => filter.MightContain((ulong)i)), 0, 500);
        Assert.Throws<ArgumentOutOfRangeException>(() => BpfBloomFilter.Create<ulong>("clvt", 1, 16));
    }
}
