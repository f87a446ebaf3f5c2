using Clovisor.Bpf.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class HashMapTests
{
    [KernelFact]
    public void Gives_back_what_was_set()
    {
        using BpfHashMap<uint, ulong> map = Create();
        map[7] = 70;
        map[7] = 71;

        Assert.True(map.TryGetValue(7, out ulong value));
        Assert.Equal(71UL, value);
        Assert.Equal(71UL, map[7]);
        Assert.True(map.ContainsKey(7));
    }

    [KernelFact]
    public void Says_false_for_a_key_that_is_not_there()
    {
        using BpfHashMap<uint, ulong> map = Create();

        Assert.False(map.TryGetValue(1, out ulong value));
        Assert.Equal(0UL, value);
        Assert.False(map.Remove(1));
        Assert.False(map.TryTake(1, out _));
        Assert.Throws<KeyNotFoundException>(() => map[1]);
    }

    [KernelFact]
    public void Adds_only_what_is_new_and_updates_only_what_exists()
    {
        using BpfHashMap<uint, ulong> map = Create();

        Assert.False(map.TryUpdate(1, 10));
        Assert.True(map.TryAdd(1, 11));
        Assert.False(map.TryAdd(1, 12));
        Assert.Equal(11UL, map[1]);
        Assert.True(map.TryUpdate(1, 13));
        Assert.Equal(13UL, map[1]);
    }

    [KernelFact]
    public void Removes_and_takes()
    {
        using BpfHashMap<uint, ulong> map = Create();
        map[1] = 10;
        map[2] = 20;

        Assert.True(map.Remove(1));
        Assert.True(map.TryTake(2, out ulong taken));
        Assert.Equal(20UL, taken);
        Assert.Equal(0, map.CountEntries());
    }

    [KernelFact]
    public void Refuses_a_new_key_when_full_and_says_how_many_it_holds()
    {
        using BpfHashMap<uint, ulong> map = Create(maxEntries: 2);
        map[1] = 1;
        map[2] = 2;

        BpfException refused = Assert.Throws<BpfException>(() => map[3] = 3);
        Assert.Equal("E2BIG", refused.ErrnoName);
        Assert.Contains("it holds 2 entries", refused.Message, StringComparison.Ordinal);
        map[2] = 22;
    }

    [KernelFact]
    public void An_lru_map_takes_more_keys_than_it_holds()
    {
        using var map = new BpfHashMap<uint, ulong>(BpfMap.Create(BpfMapType.LruHash, "clvt_lru", 4, 8, 256));
        for (uint key = 0; key < 2000; key++)
        {
            map[key] = key;
        }

        Assert.InRange(map.CountEntries(), 1, 256);
    }

    [KernelFact]
    public void Refuses_every_use_after_disposal()
    {
        BpfHashMap<uint, ulong> map = Create();
        map.Dispose();

        Assert.Throws<ObjectDisposedException>(() => map.TryGetValue(1, out _));
        Assert.Throws<ObjectDisposedException>(() => map.Snapshot());
    }

    [KernelFact]
    public void Two_wrappers_of_one_pinned_map_see_the_same_entries()
    {
        using var pins = new PinDirectory();
        using BpfHashMap<uint, ulong> first = Create();
        first.Map.Pin(pins.Under("m"));
        using var second = new BpfHashMap<uint, ulong>(BpfMap.OpenPinned(pins.Under("m")));
        first[5] = 50;

        Assert.Equal(50UL, second[5]);
        Assert.Equal(first.Map.Id, second.Map.Id);
    }

    internal static BpfHashMap<uint, ulong> Create(uint maxEntries = 1024) =>
        new(BpfMap.Create(BpfMapType.Hash, "clvt_hash", sizeof(uint), sizeof(ulong), maxEntries));
}
