using Clovisor.Bpf.Maps;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Maps;

/// <summary>What each refusal of the kernel looks like from here.</summary>
public sealed class MapErrorTests
{
    [KernelFact]
    public void An_array_element_cannot_be_removed()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 4);
        BpfException refused = Assert.Throws<BpfException>(() => map.Remove(new byte[4]));
        Assert.Equal("EINVAL", refused.ErrnoName);
        Assert.Contains("cannot be removed", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void An_array_index_beyond_the_end_is_not_found_and_cannot_be_written()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 4);
        byte[] index = [4, 0, 0, 0];
        Assert.False(map.TryLookup(index, new byte[8]));
        BpfException refused = Assert.Throws<BpfException>(() => map.TryUpdate(index, new byte[8]));
        Assert.Equal("E2BIG", refused.ErrnoName);
        Assert.Contains("not below 4", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void An_array_element_always_exists()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 4);
        Assert.False(map.TryUpdate(new byte[4], new byte[8], BpfUpdateMode.NotExisting));
        Assert.True(map.TryUpdate(new byte[4], new byte[8], BpfUpdateMode.Existing));
    }

    [KernelFact]
    public void A_queue_is_pushed_until_full_and_popped_until_empty()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Queue, "clvt", 0, 8, 2);
        var value = new byte[8];
        Assert.False(map.TryLookup([], value));
        Assert.True(map.TryUpdate([], [1, 0, 0, 0, 0, 0, 0, 0]));
        Assert.True(map.TryUpdate([], [2, 0, 0, 0, 0, 0, 0, 0]));
        Assert.Equal("E2BIG", Assert.Throws<BpfException>(() => map.TryUpdate([], value)).ErrnoName);
        Assert.True(map.TryLookup([], value));
        Assert.Equal(1, value[0]);
    }

    [KernelFact]
    public void A_frozen_map_is_read_only_and_cannot_be_frozen_twice()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 1);
        map.Freeze();
        Assert.Contains("frozen", Assert.Throws<BpfPermissionException>(() => map.TryUpdate(new byte[4], new byte[8])).Message, StringComparison.Ordinal);
        Assert.True(map.TryLookup(new byte[4], new byte[8]));
        Assert.ThrowsAny<BpfException>(map.Freeze);
    }

    [KernelFact]
    public void Keys_and_values_of_the_wrong_length_never_reach_the_kernel()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt", 4, 8, 4);
        Assert.Throws<ArgumentException>(() => map.TryLookup(new byte[3], new byte[8]));
        Assert.Throws<ArgumentException>(() => map.TryLookup(new byte[4], new byte[7]));
        Assert.Throws<ArgumentException>(() => map.TryUpdate(new byte[5], new byte[8]));
        Assert.Throws<ArgumentException>(() => map.TryUpdate(new byte[4], new byte[7]));
        Assert.Throws<ArgumentException>(() => map.Remove(new byte[8]));
        Assert.Throws<ArgumentException>(() => map.TryGetNextKey(new byte[8], new byte[4]));
    }

    [KernelFact]
    public void Keys_are_stepped_through_one_by_one()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 3);
        byte[] key = [];
        var next = new byte[4];
        var seen = new List<byte>();
        while (map.TryGetNextKey(key, next))
        {
            seen.Add(next[0]);
            key = [.. next];
        }

        Assert.Equal([0, 1, 2], seen);
    }

    [KernelFact]
    public void A_map_that_cannot_be_created_says_what_was_asked_for()
    {
        BpfException refused = Assert.Throws<BpfException>(() => BpfMap.Create(BpfMapType.Array, "clvt_bad", 8, 8, 4));
        Assert.Equal("EINVAL", refused.ErrnoName);
        Assert.Contains("create map clvt_bad", refused.Message, StringComparison.Ordinal);
        Assert.Contains("keys of 8 B", refused.Message, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_map_describes_itself()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "clvt-name.too_long_by_far", 4, 8, 16, BpfMapOptions.NoPreallocation);
        Assert.Equal((BpfMapType.Hash, 4, 8, 16u, BpfMapOptions.NoPreallocation), (map.Type, map.KeySize, map.ValueSize, map.MaxEntries, map.Flags));
        Assert.NotEqual(0u, map.Id);
        using var pins = new PinDirectory();
        map.Pin(pins.Under("m"));
        using BpfMap opened = BpfMap.OpenPinned(pins.Under("m"));
        Assert.Equal("clvt_name.too_l", opened.Name);
    }
}
