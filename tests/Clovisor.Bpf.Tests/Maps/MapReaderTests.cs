using Clovisor.Bpf.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class MapReaderTests
{
    [KernelTheory]
    [InlineData(BpfMapWalk.Batches)]
    [InlineData(BpfMapWalk.Keys)]
    public void A_second_pass_allocates_nothing(BpfMapWalk walk)
    {
        using BpfHashMap<ulong, ulong> map = BpfHashMap.Create<ulong, ulong>("clvt", 8192);
        ulong[] keys = [.. Enumerable.Range(0, 8000).Select(static key => (ulong)key)];
        map.SetMany(keys, keys);
        using BpfMapReader<ulong, ulong> reader = map.CreateReader(1024, walk);
        ulong Sum()
        {
            ulong sum = 0;
            while (reader.Read())
            {
                foreach (ulong value in reader.Values)
                {
                    sum += value;
                }
            }

            return sum;
        }

        for (int pass = 0; pass < 3; pass++)
        {
            Assert.Equal(7999UL * 4000, Sum());
            reader.Restart();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        ulong total = Sum();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(7999UL * 4000, total);
    }

    [KernelFact]
    public void A_reader_is_gone_through_entry_by_entry()
    {
        using BpfHashMap<uint, uint> map = BpfHashMap.Create<uint, uint>("clvt", 100);
        map.SetMany([1, 2, 3], [10, 20, 30]);
        var seen = new Dictionary<uint, uint>();
        using BpfMapReader<uint, uint> reader = map.CreateReader(batchSize: 2);
        foreach ((uint key, uint value) in reader)
        {
            seen.Add(key, value);
        }

        Assert.Equal(new Dictionary<uint, uint> { [1] = 10, [2] = 20, [3] = 30 }, seen);
    }

    [KernelFact]
    public void Keys_shorter_than_the_kernels_cursor_are_read_whole()
    {
        using BpfHashMap<byte, ushort> map = BpfHashMap.Create<byte, ushort>("clvt", 300);
        for (int key = 0; key < 256; key++)
        {
            map[(byte)key] = (ushort)(key * 3);
        }

        BpfMapSnapshot<byte, ushort> snapshot = map.Snapshot();
        Assert.Equal(256, snapshot.Entries.Count);
        Assert.All(snapshot.Entries, static entry => Assert.Equal(entry.Key * 3, entry.Value));
        Assert.Equal(snapshot.Entries.ToHashSet(), map.Snapshot(BpfMapWalk.Keys).Entries.ToHashSet());
    }

    [KernelFact]
    public void Taking_all_gives_each_entry_once_and_leaves_none()
    {
        using BpfHashMap<uint, ulong> map = BpfHashMap.Create<uint, ulong>("clvt", 10000);
        uint[] keys = [.. Enumerable.Range(0, 9000).Select(static key => (uint)key)];
        map.SetMany(keys, [.. keys.Select(static key => key * 2UL)]);
        BpfMapSnapshot<uint, ulong> taken = map.TakeAll();
        Assert.True(taken.IsComplete);
        Assert.Equal(9000, taken.Entries.Select(static entry => entry.Key).Distinct().Count());
        Assert.Equal(9000, taken.Entries.Count);
        Assert.Equal(0, map.CountEntries());
    }

    // Before Linux 5.6 there are no batches, before 5.14 hash maps are not taken from in one step.
    [KernelTheory]
    [InlineData(Bpf.Interop.Errno.EINVAL)]
    [InlineData(Bpf.Interop.Errno.ENOTSUPP)]
    public void Taking_all_works_on_older_kernels(int errno)
    {
        using BpfHashMap<uint, ulong> map = BpfHashMap.Create<uint, ulong>("clvt", 1000);
        uint[] keys = [.. Enumerable.Range(0, 600).Select(static key => (uint)key)];
        map.SetMany(keys, [.. keys.Select(static key => key + 1UL)]);
        int[] commands = [(int)BpfCommand.MapLookupAndDeleteBatch, (int)BpfCommand.MapLookupAndDeleteElement];
        BpfMapSnapshot<uint, ulong>? taken = null;
        SyscallFault.Run(errno, commands, () => taken = map.TakeAll());
        Assert.Equal(keys.Select(static key => KeyValuePair.Create(key, key + 1UL)).ToHashSet(), taken!.Entries.ToHashSet());
        Assert.Equal(0, map.CountEntries());
    }

    // Kernels without the fix of 2025 interrupt the general batch at every hole.
    [KernelFact]
    public void A_general_batch_that_is_interrupted_for_ever_goes_on_key_by_key()
    {
        using BpfLpmTrie<uint, int> trie = BpfLpmTrie.Create<uint, int>("clvt", 64);
        for (int i = 0; i < 50; i++)
        {
            trie[new BpfLpmKey<uint>(32, (uint)i)] = i;
        }

        BpfMapSnapshot<BpfLpmKey<uint>, int>? snapshot = null;
        SyscallFault.Run(Bpf.Interop.Errno.EINTR, [(int)BpfCommand.MapLookupBatch], () => snapshot = trie.Snapshot());
        Assert.Equal(50, snapshot!.Entries.Select(static entry => entry.Value).Distinct().Count());
    }

    [KernelFact]
    public void A_walk_key_by_key_tells_when_the_kernel_began_again()
    {
        using BpfHashMap<uint, uint> map = BpfHashMap.Create<uint, uint>("clvt", 64);
        for (uint key = 0; key < 40; key++)
        {
            map[key] = key;
        }

        using BpfMapReader<uint, uint> reader = map.CreateReader(1, BpfMapWalk.Keys);
        var seen = new List<uint>();
        for (int i = 0; i < 10 && reader.Read(); i++)
        {
            seen.Add(reader.Keys[0]);
        }

        map.Remove(seen[^1]);
        while (reader.Read())
        {
            seen.AddRange(reader.Keys);
        }

        Assert.Equal(BpfMapCompleteness.Restarted, reader.Completeness);
        Assert.Equal(40, seen.Distinct().Count());
        Assert.Equal(40, seen.Count);
    }

    [KernelFact]
    public void Values_with_a_lock_are_read_and_written_under_it()
    {
        const string Source = """
            struct guarded { struct bpf_spin_lock lock; __u32 a; __u64 b; };
            struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, struct guarded); __uint(max_entries, 4); } guarded SEC(".maps");
            SEC("tc") int touch(struct __sk_buff *skb)
            {
                __u32 key = 1;
                struct guarded *value = bpf_map_lookup_elem(&guarded, &key);
                if (value) {
                    bpf_spin_lock(&value->lock);
                    value->a++;
                    value->b++;
                    bpf_spin_unlock(&value->lock);
                }
                return 0;
            }
            """;
        using BpfObject loaded = TestPrograms.Load(Source);
        using Bpf.Programs.BpfProgram program = loaded.Program("touch");
        using BpfHashMap<uint, Guarded> map = loaded.HashMap<uint, Guarded>("guarded");
        Assert.True(map.TrySet(1, new Guarded(0, 10, 20), BpfUpdateMode.NotExisting, BpfElementOptions.None));
        program.TestRun(TestPrograms.Frame(), []);
        Assert.True(map.TryGetValue(1, out Guarded value, BpfElementOptions.Locked));
        Assert.Equal((11u, 21UL), (value.A, value.B));
        Assert.True(map.TrySet(1, new Guarded(0, 5, 6), BpfUpdateMode.Existing, BpfElementOptions.Locked));
        Assert.Equal((5u, 6UL), (map[1].A, map[1].B));

        using BpfHashMap<uint, ulong> plain = BpfHashMap.Create<uint, ulong>("clvt", 4);
        plain[1] = 1;
        Assert.Equal("EINVAL", Assert.Throws<BpfException>(() => plain.TryGetValue(1, out _, BpfElementOptions.Locked)).ErrnoName);
    }

    private record struct Guarded(uint Lock, uint A, ulong B);
}
