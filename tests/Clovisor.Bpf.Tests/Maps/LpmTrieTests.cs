using System.Net;
using Clovisor.Bpf.Maps;
using Clovisor.Testing;
using CsCheck;

namespace Clovisor.Bpf.Tests.Maps;

public sealed class LpmTrieTests
{
    [KernelFact]
    public void The_longest_stored_network_wins()
    {
        using BpfLpmTrie<uint, int> routes = BpfLpmTrie.Create<uint, int>("clvt", 16);
        routes.Set(IPNetwork.Parse("0.0.0.0/0"), 1);
        routes.Set(IPNetwork.Parse("10.0.0.0/8"), 2);
        routes.Set(IPNetwork.Parse("10.1.0.0/16"), 3);

        Assert.True(routes.TryMatch(IPAddress.Parse("10.1.2.3"), out int value));
        Assert.Equal(3, value);
        Assert.True(routes.TryMatch(IPAddress.Parse("10.2.2.3"), out value));
        Assert.Equal(2, value);
        Assert.True(routes.Remove(IPNetwork.Parse("0.0.0.0/0")));
        Assert.False(routes.Remove(IPNetwork.Parse("10.0.0.0/9")));
        Assert.False(routes.TryMatch(IPAddress.Parse("192.0.2.1"), out value));
        Assert.Equal(0, value);
    }

    [KernelFact]
    public void Networks_of_both_families_come_back_as_they_went_in()
    {
        using BpfLpmTrie<UInt128, ulong> trie = BpfLpmTrie.Create<UInt128, ulong>("clvt", 16);
        Assert.Equal(20, trie.Map.KeySize);
        IPNetwork[] networks = [IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2001:db8:1::/48"), IPNetwork.Parse("::/0")];
        foreach (IPNetwork network in networks)
        {
            trie.Set(network, (ulong)network.PrefixLength);
        }

        Assert.True(trie.TryMatch(IPAddress.Parse("2001:db8:1::9"), out ulong value));
        Assert.Equal(48UL, value);
        Assert.Equal(networks.ToHashSet(), trie.Snapshot().Entries.Select(static entry => entry.Key.ToNetwork()).ToHashSet());

        using BpfLpmTrie<uint, ulong> four = BpfLpmTrie.Create<uint, ulong>("clvt", 4);
        four[new BpfLpmKey<uint>(20, BitConverter.ToUInt32([10, 1, 255, 255]))] = 1;
        Assert.Equal(IPNetwork.Parse("10.1.240.0/20"), four.Snapshot().Entries[0].Key.ToNetwork());
    }

    [KernelFact]
    public void Refuses_addresses_of_the_other_family_and_impossible_prefixes()
    {
        using BpfLpmTrie<uint, int> trie = BpfLpmTrie.Create<uint, int>("clvt", 4);
        Assert.Contains("4 bytes", Assert.Throws<ArgumentException>(() => trie.Set(IPNetwork.Parse("2001:db8::/32"), 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => trie.TryMatch(IPAddress.IPv6Loopback, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BpfLpmKey<uint>(33, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BpfLpmKey<uint>(-1, 0));
    }

    [KernelFact]
    public void Many_are_set_walked_and_removed()
    {
        using BpfLpmTrie<uint, int> trie = BpfLpmTrie.Create<uint, int>("clvt", 10000);
        BpfLpmKey<uint>[] keys = [.. Enumerable.Range(0, 9000).Select(static i => new BpfLpmKey<uint>(32, (uint)i * 977))];
        trie.SetMany(keys, [.. Enumerable.Range(0, 9000)]);
        Assert.Equal(9000, trie.CountEntries());
        Assert.Equal(trie.Snapshot(BpfMapWalk.Keys).Entries.ToHashSet(), trie.Snapshot().Entries.ToHashSet());
        Assert.Equal(3000, trie.RemoveWhere(static (_, value) => value % 3 == 0));
        Assert.Equal(6000, trie.RemoveMany(keys));
        Assert.Equal(0, trie.CountEntries());
    }

    // Invariant: the trie finds what a search through all networks for the longest that holds the address finds.
    [KernelFact]
    public void Finds_what_a_search_through_all_networks_finds() =>
        Gen.Select(Gen.Select(Gen.Int[0, 32], Gen.UInt).Array[1, 30], Gen.UInt.Array[1, 30]).Sample(
            (prefixes, addresses) =>
            {
                using BpfLpmTrie<uint, int> trie = BpfLpmTrie.Create<uint, int>("clvt", 64);
                var model = new Dictionary<(int Length, uint Bits), int>();
                for (int i = 0; i < prefixes.Length; i++)
                {
                    (int length, uint bits) = prefixes[i];
                    model[(length, Masked(bits, length))] = i;
                    trie[new BpfLpmKey<uint>(length, BigEndian(bits))] = i;
                }

                return addresses.Concat(prefixes.Select(static prefix => prefix.Item2)).All(address =>
                {
                    int? expected = null;
                    for (int length = 32; length >= 0 && expected is null; length--)
                    {
                        expected = model.TryGetValue((length, Masked(address, length)), out int value) ? value : null;
                    }

                    return trie.TryMatch(BigEndian(address), out int found) ? found == expected : expected is null;
                });
            },
            iter: 40,
            threads: 1);

    private static uint Masked(uint bits, int length) => length == 0 ? 0 : bits & (uint.MaxValue << (32 - length));

    private static uint BigEndian(uint value) => System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
}
