using System.Net;
using System.Runtime.CompilerServices;

namespace Clovisor.Bpf.Maps;

/// <summary>A trie of the kernel that finds the longest stored prefix of some data: routes, address blocks.</summary>
/// <typeparam name="TData">The data of a key. For addresses <see cref="uint"/> (IPv4) or <see cref="UInt128"/> (IPv6), which then hold the
/// address's bytes as they stand in a packet, and <see cref="BpfLpmTrie"/> takes networks and addresses.</typeparam>
/// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
/// <remarks>
/// <see cref="BpfKeyedMap{TKey, TValue}.TryGetValue(in TKey, out TValue)"/> with a prefix finds the longest stored prefix of that prefix, not
/// the very prefix alone; <see cref="BpfKeyedMap{TKey, TValue}.Remove"/> and updates mean the very prefix. One system call an operation, nothing
/// allocated; safe to use from any thread. From Linux 4.11; enumeration from 4.16.
/// </remarks>
public sealed class BpfLpmTrie<TData, TValue> : BpfKeyedMap<BpfLpmKey<TData>, TValue>, IBpfTypedMap<BpfLpmTrie<TData, TValue>>
    where TData : unmanaged
    where TValue : unmanaged
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">An LPM trie, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfLpmTrie(BpfMap map)
        : base(MapShape.Require<BpfLpmKey<TData>, TValue>(map, "BpfLpmTrie", BpfMapType.LpmTrie))
    {
    }

    static BpfLpmTrie<TData, TValue> IBpfTypedMap<BpfLpmTrie<TData, TValue>>.Wrap(BpfMap map) => new(map);

    /// <summary>Finds the value of the longest stored prefix of some data.</summary>
    /// <param name="data">The data; all of its bits count.</param>
    /// <param name="value">The value; default when nothing matches.</param>
    /// <returns>False when no stored prefix matches.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryMatch(in TData data, out TValue value) =>
        TryGetValue(new BpfLpmKey<TData>(BpfLpmKey<TData>.MaxPrefixLength, data), out value);
}

/// <summary>Creates LPM tries without an object file, and lets those of addresses take networks.</summary>
public static class BpfLpmTrie
{
    /// <summary>Creates an LPM trie. Needs CAP_BPF or root.</summary>
    /// <typeparam name="TData">The data, from 1 to 256 bytes.</typeparam>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="maxEntries">The most prefixes, at least 1.</param>
    /// <param name="flags">Further flags; <see cref="BpfMapOptions.NoPreallocation"/>, which a trie demands, is added.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfLpmTrie<TData, TValue> Create<TData, TValue>(string name, uint maxEntries, BpfMapOptions flags = BpfMapOptions.None)
        where TData : unmanaged
        where TValue : unmanaged => new(BpfMap.Create(
            BpfMapType.LpmTrie, name, Unsafe.SizeOf<BpfLpmKey<TData>>(), Unsafe.SizeOf<TValue>(), maxEntries, flags | BpfMapOptions.NoPreallocation));

    /// <summary>Inserts or replaces the value of an IPv4 network.</summary>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="trie">The trie.</param>
    /// <param name="network">The network.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">It is no IPv4 network.</exception>
    public static void Set<TValue>(this BpfLpmTrie<uint, TValue> trie, IPNetwork network, in TValue value)
        where TValue : unmanaged => trie.TrySet(Key<uint>(network), in value, BpfUpdateMode.Any, BpfElementOptions.None);

    /// <summary>Inserts or replaces the value of an IPv6 network.</summary>
    /// <inheritdoc cref="Set{TValue}(BpfLpmTrie{uint, TValue}, IPNetwork, in TValue)"/>
    /// <exception cref="ArgumentException">It is no IPv6 network.</exception>
    public static void Set<TValue>(this BpfLpmTrie<UInt128, TValue> trie, IPNetwork network, in TValue value)
        where TValue : unmanaged => trie.TrySet(Key<UInt128>(network), in value, BpfUpdateMode.Any, BpfElementOptions.None);

    /// <summary>Removes an IPv4 network.</summary>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="trie">The trie.</param>
    /// <param name="network">The network.</param>
    /// <returns>False when that very network was not there.</returns>
    /// <exception cref="ArgumentException">It is no IPv4 network.</exception>
    public static bool Remove<TValue>(this BpfLpmTrie<uint, TValue> trie, IPNetwork network)
        where TValue : unmanaged => trie.Remove(Key<uint>(network));

    /// <summary>Removes an IPv6 network.</summary>
    /// <inheritdoc cref="Remove{TValue}(BpfLpmTrie{uint, TValue}, IPNetwork)"/>
    /// <exception cref="ArgumentException">It is no IPv6 network.</exception>
    public static bool Remove<TValue>(this BpfLpmTrie<UInt128, TValue> trie, IPNetwork network)
        where TValue : unmanaged => trie.Remove(Key<UInt128>(network));

    /// <summary>Finds the value of the longest stored network that an IPv4 address is in.</summary>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="trie">The trie.</param>
    /// <param name="address">The address.</param>
    /// <param name="value">The value; default when nothing matches.</param>
    /// <returns>False when no stored network holds the address.</returns>
    /// <exception cref="ArgumentException">It is no IPv4 address.</exception>
    public static bool TryMatch<TValue>(this BpfLpmTrie<uint, TValue> trie, IPAddress address, out TValue value)
        where TValue : unmanaged => trie.TryMatch(Data<uint>(address), out value);

    /// <summary>Finds the value of the longest stored network that an IPv6 address is in.</summary>
    /// <inheritdoc cref="TryMatch{TValue}(BpfLpmTrie{uint, TValue}, IPAddress, out TValue)"/>
    /// <exception cref="ArgumentException">It is no IPv6 address.</exception>
    public static bool TryMatch<TValue>(this BpfLpmTrie<UInt128, TValue> trie, IPAddress address, out TValue value)
        where TValue : unmanaged => trie.TryMatch(Data<UInt128>(address), out value);

    /// <summary>The network that a key of an address trie stands for.</summary>
    /// <param name="key">A key of 4 bytes of data, as they stand in a packet.</param>
    public static IPNetwork ToNetwork(this BpfLpmKey<uint> key) => Network(key);

    /// <summary>The network that a key of an address trie stands for.</summary>
    /// <param name="key">A key of 16 bytes of data, as they stand in a packet.</param>
    public static IPNetwork ToNetwork(this BpfLpmKey<UInt128> key) => Network(key);

    private static BpfLpmKey<TData> Key<TData>(IPNetwork network)
        where TData : unmanaged => new(network.PrefixLength, Data<TData>(network.BaseAddress));

    private static unsafe TData Data<TData>(IPAddress address)
        where TData : unmanaged
    {
        ArgumentNullException.ThrowIfNull(address);
        TData data = default;
        return address.TryWriteBytes(new Span<byte>(&data, sizeof(TData)), out int written) && written == sizeof(TData)
            ? data
            : throw new ArgumentException($"{address} is no address of {sizeof(TData)} bytes, which the keys of this trie have.", nameof(address));
    }

    // Stored bits beyond the prefix would make an IPNetwork refuse its base address.
    private static unsafe IPNetwork Network<TData>(BpfLpmKey<TData> key)
        where TData : unmanaged
    {
        TData data = key.Data;
        var bytes = new Span<byte>(&data, sizeof(TData));
        for (int i = 0; i < bytes.Length; i++)
        {
            int bits = Math.Clamp(key.PrefixLength - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF00 >> bits);
        }

        return new IPNetwork(new IPAddress(bytes), key.PrefixLength);
    }
}
