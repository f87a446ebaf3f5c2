using Clovisor.Bpf.Maps;
using Clovisor.Testing;
using CsCheck;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class HashMapBulkTests
{
    [KernelTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5000)]
    [InlineData(20000)]
    public void A_snapshot_holds_every_entry_once(int count)
    {
        using BpfHashMap<uint, ulong> map = Filled(count, 20000);

        BpfMapSnapshot<uint, ulong> snapshot = map.Snapshot();

        Assert.True(snapshot.IsComplete);
        Assert.Equal(count, snapshot.Entries.Count);
        Assert.Equal(count, snapshot.Entries.Select(static entry => entry.Key).Distinct().Count());
        Assert.All(snapshot.Entries, static entry => Assert.Equal(entry.Key * 3UL, entry.Value));
        Assert.Equal(count, map.CountEntries());
    }

    [KernelFact]
    public void A_walk_whose_room_is_smaller_than_a_bucket_makes_more_room()
    {
        using BpfHashMap<uint, ulong> map = Filled(4000, 4096);
        var seen = new List<uint>();

        using BpfMapReader<uint, ulong> reader = map.CreateReader(batchSize: 1);
        while (reader.Read())
        {
            seen.AddRange(reader.Keys);
        }

        Assert.Equal(4000, seen.Distinct().Count());
        Assert.Equal(4000, seen.Count);
    }

    [KernelFact]
    public void A_walk_key_by_key_finds_what_a_walk_by_batch_finds()
    {
        using BpfHashMap<uint, ulong> map = Filled(3000, 4096);

        BpfMapSnapshot<uint, ulong> byKey = map.Snapshot(BpfMapWalk.Keys);

        Assert.Equal(BpfMapCompleteness.Complete, byKey.Completeness);
        Assert.Equal(map.Snapshot().Entries.ToHashSet(), byKey.Entries.ToHashSet());
    }

    [KernelFact]
    public void Entries_that_stay_are_in_every_snapshot_while_others_come_and_go()
    {
        using BpfHashMap<uint, ulong> map = Filled(500, 4096);
        using var stop = new CancellationTokenSource();
        var churn = new Thread(() =>
        {
            for (uint key = 100_000; !stop.IsCancellationRequested; key = 100_000 + ((key + 1) % 3000))
            {
                if (!map.Remove(key))
                {
                    map[key] = 1;
                }
            }
        });
        churn.Start();
        try
        {
            for (int round = 0; round < 50; round++)
            {
                BpfMapSnapshot<uint, ulong> snapshot = map.Snapshot(round % 2 == 0 ? BpfMapWalk.Batches : BpfMapWalk.Keys);
                List<uint> keys = [.. snapshot.Entries.Select(static entry => entry.Key)];
                Assert.Equal(keys.Count, keys.Distinct().Count());
                Assert.True(snapshot.Completeness == BpfMapCompleteness.Truncated || keys.Count(static key => key < 500) == 500);
            }
        }
        finally
        {
            stop.Cancel();
            churn.Join();
        }
    }

    [KernelFact]
    public void Sets_and_removes_many()
    {
        using BpfHashMap<uint, ulong> map = HashMapTests.Create(10000);
        uint[] keys = [.. Enumerable.Range(0, 9000).Select(static key => (uint)key)];
        map.SetMany(keys, [.. keys.Select(static key => key * 2UL)]);
        Assert.Equal(17998UL, map[8999]);

        // Every other key is not there the second time.
        Assert.Equal(4500, map.RemoveMany([.. keys.Where(static key => key % 2 == 0)]));
        Assert.Equal(4500, map.RemoveMany(keys));
        Assert.Equal(0, map.CountEntries());
    }

    [KernelFact]
    public void Setting_more_than_fits_says_how_many_were_written()
    {
        using BpfHashMap<uint, ulong> map = HashMapTests.Create(100);
        uint[] keys = [.. Enumerable.Range(0, 200).Select(static key => (uint)key)];

        BpfException refused = Assert.Throws<BpfException>(() => map.SetMany(keys, new ulong[200]));

        Assert.Equal("E2BIG", refused.ErrnoName);
        Assert.Contains($"the first {map.CountEntries()} are written", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void Setting_refuses_lists_of_unequal_length()
    {
        using BpfHashMap<uint, ulong> map = HashMapTests.Create();
        Assert.Throws<ArgumentException>(() => map.SetMany([1, 2], [1]));
        Assert.Equal(0, map.CountEntries());
    }

    [KernelFact]
    public void Removes_where_a_predicate_says_so()
    {
        using BpfHashMap<uint, ulong> map = Filled(1000, 1024);

        Assert.Equal(100, map.RemoveWhere(static (key, _) => key % 10 == 0));

        Assert.Equal(900, map.CountEntries());
        Assert.DoesNotContain(map.Snapshot().Entries, static entry => entry.Key % 10 == 0);
    }

    // Invariant: after any run of operations the map holds what a dictionary that took the same operations holds.
    [KernelFact]
    public void Behaves_as_a_dictionary_does()
    {
        Gen<(int Verb, uint Key, ulong Value)> operation = Gen.Select(Gen.Int[0, 4], Gen.UInt[0, 20], Gen.ULong);
        operation.Array[1, 60].Sample(
            operations =>
            {
                using BpfHashMap<uint, ulong> map = HashMapTests.Create(64);
                var model = new Dictionary<uint, ulong>();
                foreach ((int verb, uint key, ulong value) in operations)
                {
                    Apply(map, model, verb, key, value);
                }

                return model.ToHashSet().SetEquals(map.Snapshot().Entries);
            },
            iter: 60,
            threads: 1);
    }

    private static void Apply(BpfHashMap<uint, ulong> map, Dictionary<uint, ulong> model, int verb, uint key, ulong value)
    {
        switch (verb)
        {
            case 0:
                map[key] = value;
                model[key] = value;
                break;
            case 1:
                Assert.Equal(model.TryAdd(key, value), map.TryAdd(key, value));
                break;
            case 2:
                Assert.Equal(model.ContainsKey(key), map.TryUpdate(key, value));
                if (model.ContainsKey(key))
                {
                    model[key] = value;
                }

                break;
            case 3:
                Assert.Equal(model.Remove(key), map.Remove(key));
                break;
            default:
                bool there = model.Remove(key, out ulong expected);
                Assert.Equal(there, map.TryTake(key, out ulong taken));
                Assert.Equal(expected, taken);
                break;
        }
    }

    private static BpfHashMap<uint, ulong> Filled(int count, uint maxEntries)
    {
        BpfHashMap<uint, ulong> map = HashMapTests.Create(maxEntries);
        uint[] keys = [.. Enumerable.Range(0, count).Select(static key => (uint)key)];
        map.SetMany(keys, [.. keys.Select(static key => key * 3UL)]);
        return map;
    }
}
