using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Testing.Simulation.Maps;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>Makes a map of the attributes of <c>BPF_MAP_CREATE</c>.</summary>
internal static class MapFactory
{
    private const int BloomFilter = 30;
    private const int Arena = 33;

    internal static int Create(Attributes attributes, ObjectTable objects, out SimulatedMap? map)
    {
        map = null;
        string? name = attributes.ObjectName(28);
        uint keyType = attributes.U32(52);
        uint valueType = attributes.U32(56);
        uint btfId = 0;
        if (keyType != 0 || valueType != 0)
        {
            if (objects.Find(attributes.Descriptor(48))?.Target is not SimulatedBtf btf)
            {
                return -Errno.EBADF;
            }

            btfId = btf.Id;
        }

        var traits = new MapTraits(
            (BpfMapType)attributes.U32(0),
            (int)attributes.U32(4),
            (int)attributes.U32(8),
            attributes.U32(12),
            attributes.U32(16),
            attributes.U64(64),
            new MapTypes(btfId, keyType, valueType));
        const uint BothWays = MapFlags.ReadOnly | MapFlags.WriteOnly;
        const uint BothWaysProgram = MapFlags.ReadOnlyProgram | MapFlags.WriteOnlyProgram;
        if (name is null || traits.KeySize < 0 || traits.ValueSize < 0
            || (traits.Flags & BothWays) == BothWays || (traits.Flags & BothWaysProgram) == BothWaysProgram
            || (traits.Extra != 0 && (int)traits.Type is not BloomFilter and not Arena))
        {
            return -Errno.EINVAL;
        }

        return Create(traits, name, attributes.Descriptor(20), objects, out map);
    }

    private static int Create(MapTraits traits, string name, int innerDescriptor, ObjectTable objects, out SimulatedMap? map)
    {
        switch (traits.Type)
        {
            case BpfMapType.Hash or BpfMapType.LruHash or BpfMapType.PerCpuHash or BpfMapType.LruPerCpuHash:
                return HashStorage.Create(traits, name, out map);
            case BpfMapType.Array or BpfMapType.PerCpuArray:
                return ArrayStorage.Create(traits, name, out map);
            case BpfMapType.LpmTrie:
                return TrieStorage.Create(traits, name, out map);
            case BpfMapType.Queue or BpfMapType.Stack:
                return QueueStorage.Create(traits, name, out map);
            case (BpfMapType)BloomFilter:
                return BloomStorage.Create(traits, name, out map);
            case BpfMapType.RingBuffer or BpfMapType.UserRingBuffer:
                return RingStorage.Create(traits, name, out map);
            case BpfMapType.ProgramArray:
                return ReferenceArrayStorage.Create(traits, name, null, Resolve, out map);
            case BpfMapType.ArrayOfMaps or BpfMapType.HashOfMaps:
                return CreateOuter(traits, name, innerDescriptor, objects, out map);
            case > BpfMapType.Unspecified and <= (BpfMapType)Arena:
                map = new OpaqueStorage(traits, name);
                return 0;
            default:
                map = null;
                return -Errno.EINVAL;
        }

        SimulatedObject? Resolve(int descriptor) => objects.Find(descriptor)?.Target;
    }

    private static int CreateOuter(MapTraits traits, string name, int innerDescriptor, ObjectTable objects, out SimulatedMap? map)
    {
        map = null;
        if (objects.Find(innerDescriptor)?.Target is not SimulatedMap inner)
        {
            // Left out it is 0, which is open in every process and no map.
            return innerDescriptor == 0 ? -Errno.EINVAL : -Errno.EBADF;
        }

        if (inner.Traits.Type is BpfMapType.ArrayOfMaps or BpfMapType.HashOfMaps)
        {
            return -Errno.EINVAL;
        }

        return inner.Traits.Type == BpfMapType.ProgramArray ? -Errno.ENOTSUPP
            : traits.Type == BpfMapType.ArrayOfMaps ? ReferenceArrayStorage.Create(traits, name, inner.Traits, Resolve, out map)
            : HashOfMapsStorage.Create(traits, name, inner.Traits, Resolve, out map);

        SimulatedObject? Resolve(int descriptor) => objects.Find(descriptor)?.Target;
    }
}
