using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>Hash of maps: written as descriptors, read as numbers, and holding the maps.</summary>
internal sealed class HashOfMapsStorage : HashStorage
{
    private readonly Dictionary<uint, SimulatedObject> _held = [];
    private readonly Func<int, SimulatedObject?> _resolve;
    private readonly MapTraits _inner;

    private HashOfMapsStorage(MapTraits traits, string name, MapTraits inner, Func<int, SimulatedObject?> resolve)
        : base(traits, name)
    {
        _inner = inner;
        _resolve = resolve;
    }

    internal static int Create(MapTraits traits, string name, MapTraits inner, Func<int, SimulatedObject?> resolve, out SimulatedMap? map)
    {
        int result = traits.ValueSize != sizeof(uint) ? -Errno.EINVAL : Validate(traits);
        map = result == 0 ? new HashOfMapsStorage(traits, name, inner, resolve) : null;
        return result;
    }

    internal override int Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ulong flags)
    {
        if (_resolve(BitConverter.ToInt32(value)) is not SimulatedMap map)
        {
            return -Errno.EBADF;
        }

        if (!_inner.AcceptsAsInner(map.Traits))
        {
            return -Errno.EINVAL;
        }

        // Held before the old one goes, which may be the same.
        map.AddReference();
        _held[map.Id] = map;
        int result = base.Update(key, BitConverter.GetBytes(map.Id), flags);
        if (result < 0)
        {
            map.Release();
        }

        return result;
    }

    protected override void OnRemoved(ReadOnlySpan<byte> value)
    {
        // Numbers are never used twice, so the entry may stay when another key holds the same map.
        if (_held.TryGetValue(BitConverter.ToUInt32(value), out SimulatedObject? map))
        {
            map.Release();
        }
    }
}
