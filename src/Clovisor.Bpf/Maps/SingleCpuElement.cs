using System.Buffers;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>One CPU's value of an element of a per-CPU map, named to the kernel by the upper half of the flags (<c>BPF_F_CPU</c>, from Linux 7.0).</summary>
internal static unsafe class SingleCpuElement
{
    /// <summary><c>BPF_F_CPU</c> of the kernel's interface: the number of the CPU is in the flags' upper 32 bits.</summary>
    internal const ulong Flag = 8;

    /// <summary>Reads. A kernel that does not know the flag gives all CPUs' values, of which one is taken. False when the key is not there.</summary>
    internal static bool Read<TValue>(BpfMap map, void* key, int cpu, out TValue value)
        where TValue : unmanaged
    {
        RequireCpu(cpu);
        if (map.MayHaveSingleCpuElements)
        {
            // The kernel copies the value's own size, without the padding that separates CPUs.
            TValue one;
            int result = map.Element(BpfCommand.MapLookupElement, key, &one, Flags(cpu));
            if (result != -Errno.EINVAL)
            {
                bool found = map.Found(result, "look up one CPU's value in");
                value = found ? one : default;
                return found;
            }

            map.MayHaveSingleCpuElements = false;
        }

        return ReadOneOfAll(map, key, cpu, out value);
    }

    /// <summary>Writes, and leaves the other CPUs' values alone. False when the mode was not met.</summary>
    internal static bool Write<TValue>(BpfMap map, void* key, int cpu, in TValue value, BpfUpdateMode mode)
        where TValue : unmanaged
    {
        RequireCpu(cpu);
        int result;
        fixed (TValue* v = &value)
        {
            result = map.Element(BpfCommand.MapUpdateElement, key, v, (ulong)mode | Flags(cpu));
        }

        if (result == -Errno.EINVAL)
        {
            throw new BpfNotSupportedException(
                "write one CPU's value in",
                $"map {map.Name}",
                Errno.EINVAL,
                "The kernel writes single CPUs' values from Linux 7.0 on. Reading all, changing one and writing all back would lose what programs count meanwhile.");
        }

        return map.UpdateMet(result, mode);
    }

    internal static ulong Flags(int cpu) => Flag | ((ulong)(uint)cpu << 32);

    private static bool ReadOneOfAll<TValue>(BpfMap map, void* key, int cpu, out TValue value)
        where TValue : unmanaged
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(map.ValueBufferSize);
        try
        {
            Span<byte> all = buffer.AsSpan(0, map.ValueBufferSize);
            bool found = map.TryLookup(new ReadOnlySpan<byte>(key, map.KeySize), all);
            value = found ? new PerCpuSpan<TValue>(all, map.PerCpuStride)[cpu] : default;
            return found;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void RequireCpu(int cpu)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cpu);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(cpu, PossibleCpus.Count);
    }
}
