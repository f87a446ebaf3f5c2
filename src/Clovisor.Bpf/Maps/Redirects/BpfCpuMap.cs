using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Maps.Redirects;

/// <summary>CPUs for XDP programs to hand packets over to (<c>bpf_redirect_map</c>), each with a queue.</summary>
/// <remarks>From Linux 4.15. Safe to use from any thread. Disposing disposes the <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe class BpfCpuMap : IBpfTypedMap<BpfCpuMap>
{
    private const int PlainSize = sizeof(uint);

    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A CPU map, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">It is of another type.</exception>
    public BpfCpuMap(BpfMap map) => Map = MapShape.RequireType(map, "BpfCpuMap", BpfMapType.CpuMap);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>Whether an entry can carry a program that runs on its CPU: values of 8 bytes, from Linux 5.9.</summary>
    public bool TakesPrograms => Map.ValueSize > PlainSize;

    static BpfCpuMap IBpfTypedMap<BpfCpuMap>.Wrap(BpfMap map) => new(map);

    /// <summary>Puts a CPU in, or replaces its queue.</summary>
    /// <param name="cpu">A possible CPU, below the map's number of entries.</param>
    /// <param name="queueSize">Packets that may wait for it, from 1 to 16,384.</param>
    /// <param name="program">An XDP program that is loaded for CPU maps (<c>SEC("xdp/cpumap")</c>) and runs there; null for none. The map holds it:
    /// it need not stay open.</param>
    /// <exception cref="InvalidOperationException">There is a program, and the map takes none.</exception>
    /// <exception cref="BpfException">There is no such CPU, the program is of another kind, or the kernel refused otherwise.</exception>
    public void Set(int cpu, int queueSize, BpfProgram? program = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cpu);
        ArgumentOutOfRangeException.ThrowIfLessThan(queueSize, 1);
        if (program is not null && !TakesPrograms)
        {
            throw new InvalidOperationException($"Map {Map.Name} has values of {Map.ValueSize} bytes, which take no program: declare them as struct bpf_cpumap_val.");
        }

        uint key = (uint)cpu;
        using BpfHandle.FdLease lease = program is null ? default : program.Handle.Lease();
        ulong value = (uint)queueSize | ((ulong)(program is null ? 0 : (uint)lease.Descriptor) << 32);
        int result = Map.Element(BpfCommand.MapUpdateElement, &key, &value, 0);
        if (result < 0)
        {
            throw BpfErrors.Create($"put CPU {cpu} into", $"map {Map.Name}", -result, -result switch
            {
                Errno.ENODEV => $"There is no CPU {cpu}; this machine has at most {PossibleCpus.Count}.",
                Errno.E2BIG => $"The map takes CPUs 0 to {Map.MaxEntries - 1}.",
                75 => $"A queue holds at most 16384 packets, not {queueSize}.",
                Errno.EINVAL when program is not null => $"{program.Name} is not loaded for CPU maps: SEC(\"xdp/cpumap\").",
                _ => null,
            });
        }
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="cpu">The CPU.</param>
    /// <param name="queueSize">Packets that may wait; 0 when the CPU is not there.</param>
    /// <param name="programId">The kernel's number of its program; 0 for none.</param>
    /// <returns>False when the CPU is not there.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryGet(int cpu, out int queueSize, out uint programId)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cpu);
        uint key = (uint)cpu;
        ulong value = 0;
        bool found = Map.Found(Map.Element(BpfCommand.MapLookupElement, &key, &value, 0), "look up a CPU in");
        (queueSize, programId) = ((int)(uint)value, (uint)(value >> 32));
        return found;
    }

    /// <summary>Takes a CPU out.</summary>
    /// <param name="cpu">The CPU.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Remove(int cpu)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cpu);
        uint key = (uint)cpu;
        Map.Remove(&key);
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();

    /// <summary>Creates a CPU map with a place for every possible CPU. Needs CAP_BPF and CAP_NET_ADMIN, or root.</summary>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="takesPrograms">Whether entries can carry a program. From Linux 5.9.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfCpuMap Create(string name, bool takesPrograms = true) =>
        new(BpfMap.Create(BpfMapType.CpuMap, name, sizeof(uint), takesPrograms ? sizeof(ulong) : PlainSize, (uint)PossibleCpus.Count));
}
