using System.Numerics;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>Bloom filter, with the kernel's sizes: it errs as often as the real one does, though not on the same values.</summary>
internal sealed class BloomStorage : SimulatedMap
{
    private const uint DefaultHashes = 5;
    private const uint MaxBits = 1u << 31;

    private readonly HashSet<uint> _bits = [];
    private readonly uint _mask;
    private readonly uint _hashes;

    private BloomStorage(MapTraits traits, string name)
        : base(traits, name)
    {
        _hashes = (uint)traits.Extra == 0 ? DefaultHashes : (uint)traits.Extra;

        // The kernel's rule: entries times hashes, divided by ln 2 (as 7/5), rounded up to a power of two.
        ulong wanted = (ulong)traits.MaxEntries * _hashes / 5 * 7;
        _mask = (wanted < 64 ? 64 : (uint)Math.Min(BitOperations.RoundUpToPowerOf2(wanted), MaxBits)) - 1;
    }

    internal override bool LookupTakesValue => true;

    internal static int Create(MapTraits traits, string name, out SimulatedMap? map)
    {
        map = null;
        const ulong HashCountMask = 0xF;
        if (traits.KeySize != 0 || traits.ValueSize == 0 || traits.MaxEntries == 0 || (traits.Extra & ~HashCountMask) != 0
            || traits.Has(~(MapFlags.NumaNode | MapFlags.ZeroSeed | MapFlags.Access)))
        {
            return -Errno.EINVAL;
        }

        map = new BloomStorage(traits, name);
        return 0;
    }

    internal override int Lookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        for (uint i = 0; i < _hashes; i++)
        {
            if (!_bits.Contains(BitOf(value, i)))
            {
                return -Errno.ENOENT;
            }
        }

        return 0;
    }

    internal override int Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags)
    {
        if (flags != 0)
        {
            return -Errno.EINVAL;
        }

        for (uint i = 0; i < _hashes; i++)
        {
            _bits.Add(BitOf(value, i));
        }

        return 0;
    }

    internal override int Delete(ReadOnlySpan<byte> key) => -Errno.EOPNOTSUPP;

    internal override int NextKey(ReadOnlySpan<byte> key, Span<byte> next) => -Errno.EOPNOTSUPP;

    private uint BitOf(ReadOnlySpan<byte> value, uint hash) => Mixing.Hash(value, hash) & _mask;
}
