using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Maps;

/// <summary>A key of an LPM trie (<c>struct bpf_lpm_trie_key</c>): a prefix length in host order, then the data in network order.</summary>
/// <typeparam name="TData">The data, such as 4 bytes of an IPv4 or 16 bytes of an IPv6 address; compared bit by bit from its first byte.</typeparam>
/// <param name="prefixLength">How many leading bits of the data count, from 0 to all of them.</param>
/// <param name="data">The data. Bits beyond the prefix are kept and ignored.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly struct BpfLpmKey<TData>(int prefixLength, TData data) : IEquatable<BpfLpmKey<TData>>
    where TData : unmanaged
{
    private readonly uint _prefixLength = Checked(prefixLength);
    private readonly TData _data = data;

    /// <summary>How many leading bits of the data count.</summary>
    public int PrefixLength => (int)_prefixLength;

    /// <summary>The data.</summary>
    public TData Data => _data;

    /// <summary>The bits that the data has: the longest prefix.</summary>
    internal static int MaxPrefixLength => Unsafe.SizeOf<TData>() * 8;

    /// <summary>Whether two keys have the same bytes.</summary>
    public static bool operator ==(BpfLpmKey<TData> left, BpfLpmKey<TData> right) => left.Equals(right);

    /// <summary>Whether two keys differ in a byte.</summary>
    public static bool operator !=(BpfLpmKey<TData> left, BpfLpmKey<TData> right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(BpfLpmKey<TData> other) =>
        _prefixLength == other._prefixLength && EqualityComparer<TData>.Default.Equals(_data, other._data);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BpfLpmKey<TData> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_prefixLength, _data);

    /// <inheritdoc/>
    public override string ToString() => $"{_data}/{_prefixLength}";

    private static uint Checked(int prefixLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(prefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixLength, MaxPrefixLength);
        return (uint)prefixLength;
    }
}
