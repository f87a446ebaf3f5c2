using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Testing.Simulation.Maps;

namespace Clovisor.Bpf.Testing.Simulation;

/// <summary>One CPU's value of an element of a per-CPU map, named by the upper half of the flags: as kernels from Linux 7.0 have it.</summary>
internal static unsafe class SingleCpu
{
    internal static bool IsNamed(SimulatedMap map, ulong flags) =>
        (flags & MapFlags.Cpu) != 0
        && map.Traits.Type is BpfMapType.PerCpuArray or BpfMapType.PerCpuHash or BpfMapType.LruPerCpuHash;

    internal static int Lookup(SimulatedMap map, Attributes attributes)
    {
        ulong flags = attributes.U64(MapCommands.Flags);
        int result = Check(attributes, flags, allowed: MapFlags.Cpu, out int cpu);
        if (result < 0)
        {
            return result;
        }

        byte[] all = new byte[map.ValueBytes];
        result = map.Lookup(Key(map, attributes), all);
        if (result == 0)
        {
            Part(map, all, cpu).CopyTo(Value(map, attributes));
        }

        return result;
    }

    internal static int Update(SimulatedMap map, Attributes attributes)
    {
        ulong flags = attributes.U64(MapCommands.Flags);
        int result = Check(attributes, flags, allowed: MapFlags.Cpu | MapFlags.NotExisting | MapFlags.Existing, out int cpu);
        if (result < 0)
        {
            return result;
        }

        // A key that is new starts with zero for the other CPUs.
        byte[] all = new byte[map.ValueBytes];
        _ = map.Lookup(Key(map, attributes), all);
        Value(map, attributes).CopyTo(Part(map, all, cpu));
        return map.Update(Key(map, attributes), all, flags & (MapFlags.NotExisting | MapFlags.Existing));
    }

    private static int Check(Attributes attributes, ulong flags, ulong allowed, out int cpu)
    {
        uint named = (uint)(flags >> 32);
        cpu = (int)named;
        if (((uint)flags & ~allowed) != 0)
        {
            return -Errno.EINVAL;
        }

        if (named >= PossibleCpus.Count)
        {
            return -Errno.ERANGE;
        }

        return attributes.Pointer(MapCommands.Key) is null || attributes.Pointer(MapCommands.Value) is null ? -Errno.EFAULT : 0;
    }

    private static ReadOnlySpan<byte> Key(SimulatedMap map, Attributes attributes) => new(attributes.Pointer(MapCommands.Key), map.Traits.KeySize);

    private static Span<byte> Value(SimulatedMap map, Attributes attributes) => new(attributes.Pointer(MapCommands.Value), map.Traits.ValueSize);

    private static Span<byte> Part(SimulatedMap map, byte[] all, int cpu) =>
        all.AsSpan(cpu * (map.ValueBytes / PossibleCpus.Count), map.Traits.ValueSize);
}
