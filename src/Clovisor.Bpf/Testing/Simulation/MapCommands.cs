using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Testing.Simulation.Maps;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>The commands on maps: what the kernel checks before the map's own type has its say, in the kernel's order.</summary>
internal sealed unsafe class MapCommands(SimulatedKernel kernel, ObjectTable objects)
{
    /// <summary>Offsets in union bpf_attr of element commands.</summary>
    internal const int Key = 8, Value = 16, Flags = 24;
    // Those of batch commands.
    private const int BatchDescriptor = 36, BatchCount = 32, BatchElementFlags = 40, BatchFlags = 48;

    internal int Create(Attributes attributes)
    {
        int result = MapFactory.Create(attributes, objects, out SimulatedMap? map);
        if (map is null)
        {
            return result;
        }

        objects.Register(map);
        return kernel.Open(map, !map.Traits.Has(MapFlags.WriteOnly), !map.Traits.Has(MapFlags.ReadOnly));
    }

    internal int Lookup(Attributes attributes)
    {
        int result = Find(attributes.Descriptor(0), needsRead: true, needsWrite: false, out SimulatedMap map);
        if (result == 0 && SingleCpu.IsNamed(map, attributes.U64(Flags)))
        {
            return SingleCpu.Lookup(map, attributes);
        }

        result = result < 0 ? result : CheckFlags(attributes.U64(Flags));
        result = result < 0 ? result : CheckKey(map, attributes.Pointer(Key));
        if (result < 0)
        {
            return result;
        }

        return attributes.Pointer(Value) is null ? -Errno.EFAULT : Copied(map, attributes, map.Lookup);
    }

    internal int LookupAndDelete(Attributes attributes)
    {
        int result = Find(attributes.Descriptor(0), needsRead: true, needsWrite: true, out SimulatedMap map);
        ulong flags = attributes.U64(Flags);
        if (result == 0)
        {
            result = (flags & ~MapFlags.Lock) != 0 || (flags != 0 && map.Traits.Type is BpfMapType.Queue or BpfMapType.Stack)
                ? -Errno.EINVAL
                : CheckFlags(flags);
        }

        result = result < 0 ? result : CheckKey(map, attributes.Pointer(Key));
        return result < 0 ? result : Copied(map, attributes, map.LookupAndDelete);
    }

    internal int Update(Attributes attributes)
    {
        int result = Find(attributes.Descriptor(0), needsRead: false, needsWrite: true, out SimulatedMap map);
        ulong flags = attributes.U64(Flags);
        if (result == 0 && SingleCpu.IsNamed(map, flags))
        {
            return SingleCpu.Update(map, attributes);
        }

        if (result == 0 && (flags & MapFlags.Lock) != 0)
        {
            result = -Errno.EINVAL;
        }

        result = result < 0 ? result : CheckKey(map, attributes.Pointer(Key));
        if (result < 0)
        {
            return result;
        }

        byte* value = attributes.Pointer(Value);
        return value is null
            ? -Errno.EFAULT
            : map.Update(KeyOf(map, attributes), new ReadOnlySpan<byte>(value, map.ValueBytes), flags);
    }

    internal int Delete(Attributes attributes)
    {
        int result = CheckUnused(attributes.U64(Value) | attributes.U64(Flags));
        if (result < 0)
        {
            return result;
        }

        result = Find(attributes.Descriptor(0), needsRead: false, needsWrite: true, out SimulatedMap map);
        result = result < 0 ? result : CheckKey(map, attributes.Pointer(Key));
        return result < 0 ? result : map.Delete(KeyOf(map, attributes));
    }

    internal int NextKey(Attributes attributes)
    {
        int result = CheckUnused(attributes.U64(Flags));
        if (result < 0)
        {
            return result;
        }

        result = Find(attributes.Descriptor(0), needsRead: true, needsWrite: false, out SimulatedMap map);
        if (result < 0)
        {
            return result;
        }

        byte* key = attributes.Pointer(Key);
        result = key is null ? 0 : CheckKey(map, key);
        if (result < 0)
        {
            return result;
        }

        byte[] next = new byte[map.Traits.KeySize];
        result = map.NextKey(key is null ? default : KeyOf(map, attributes), next);
        if (result < 0)
        {
            return result;
        }

        byte* destination = attributes.Pointer(Value);
        if (destination is null)
        {
            return -Errno.EFAULT;
        }

        next.CopyTo(new Span<byte>(destination, next.Length));
        return 0;
    }

    internal int Freeze(Attributes attributes)
    {
        int result = Find(attributes.Descriptor(0), needsRead: false, needsWrite: true, out SimulatedMap map);
        if (result < 0)
        {
            return result;
        }

        if (map.IsMappedWritable)
        {
            return -Errno.EBUSY;
        }

        map.IsFrozen = true;
        return 0;
    }

    internal int Batch(BpfCommand command, Attributes attributes)
    {
        int result = Find(
            attributes.Descriptor(BatchDescriptor),
            needsRead: command is BpfCommand.MapLookupBatch or BpfCommand.MapLookupAndDeleteBatch,
            needsWrite: command != BpfCommand.MapLookupBatch,
            out SimulatedMap map);
        if (result < 0 || !map.HasBatch(command))
        {
            return result < 0 ? result : -Errno.ENOTSUPP;
        }

        if (attributes.U64(BatchElementFlags) != 0 || attributes.U64(BatchFlags) != 0)
        {
            return -Errno.EINVAL;
        }

        var request = new BatchRequest
        {
            In = attributes.Pointer(0),
            Out = attributes.Pointer(8),
            Keys = attributes.Pointer(16),
            Values = attributes.Pointer(24),
            Count = attributes.U32(BatchCount),
            ElementFlags = attributes.U64(BatchElementFlags),
        };
        result = command switch
        {
            BpfCommand.MapLookupBatch => map.LookupBatch(ref request, delete: false),
            BpfCommand.MapLookupAndDeleteBatch => map.LookupBatch(ref request, delete: true),
            BpfCommand.MapUpdateBatch => GenericBatch.Update(map, ref request),
            _ => GenericBatch.Delete(map, ref request),
        };
        attributes.U32(BatchCount) = request.Count;
        return result;
    }

    internal void* MapMemory(int descriptor, nuint length, int protection, long offset, out int errno)
    {
        errno = Errno.EBADF;
        if (objects.Find(descriptor) is not { } open)
        {
            return null;
        }

        bool writable = (protection & LibC.PROT_WRITE) != 0;
        var map = open.Target as SimulatedMap;
        errno = map switch
        {
            null => Errno.ENODEV,
            _ when writable && !open.CanWrite => Errno.EACCES,
            { Memory: null } => map is ArrayStorage ? Errno.EINVAL : Errno.ENOTSUPP,
            _ when writable && map.IsFrozen => Errno.EPERM,
            _ when writable && map.Traits.Has(MapFlags.ReadOnlyProgram) => Errno.EACCES,
            RingStorage ring when writable && !ring.MayMapWritable(offset, length) => Errno.EPERM,
            _ => 0,
        };
        if (errno != 0)
        {
            return null;
        }

        void* start = map!.Memory!.Map(offset, length, protection, out errno);
        map.IsMappedWritable |= writable && start is not null;
        return start;
    }

    private static ReadOnlySpan<byte> KeyOf(SimulatedMap map, Attributes attributes) => new(attributes.Pointer(Key), map.Traits.KeySize);

    // Looking up into a copy: the kernel leaves the caller's buffer alone when there is nothing to read.
    private static int Copied(SimulatedMap map, Attributes attributes, Reading read)
    {
        byte[] value = new byte[map.ValueBytes];
        byte* destination = attributes.Pointer(Value);
        if (map.LookupTakesValue)
        {
            new ReadOnlySpan<byte>(destination, value.Length).CopyTo(value);
        }

        int result = read(KeyOf(map, attributes), value);
        if (result < 0)
        {
            return result;
        }

        if (destination is null)
        {
            return -Errno.EFAULT;
        }

        value.CopyTo(new Span<byte>(destination, value.Length));
        return result;
    }

    private static int CheckUnused(ulong value) => value == 0 ? 0 : -Errno.EINVAL;

    // The lock flag needs a spin lock in the value, which simulated maps do not have.
    private static int CheckFlags(ulong flags) => CheckUnused(flags);

    private static int CheckKey(SimulatedMap map, byte* key) => map.Traits.KeySize > 0
        ? key is null ? -Errno.EFAULT : 0
        : key is null ? 0 : -Errno.EINVAL;

    private int Find(int descriptor, bool needsRead, bool needsWrite, out SimulatedMap map)
    {
        map = null!;
        if (objects.Find(descriptor) is not { } open)
        {
            return -Errno.EBADF;
        }

        if (open.Target is not SimulatedMap found)
        {
            return -Errno.EINVAL;
        }

        map = found;
        bool canWrite = open.CanWrite && !found.IsFrozen;
        return (needsRead && !open.CanRead) || (needsWrite && !canWrite) ? -Errno.EPERM : 0;
    }

    private delegate int Reading(ReadOnlySpan<byte> key, Span<byte> value);
}
