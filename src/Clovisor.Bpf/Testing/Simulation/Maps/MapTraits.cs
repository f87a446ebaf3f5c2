using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Testing.Simulation.Maps;

/// <summary>What a map is created with.</summary>
internal sealed record MapTraits(BpfMapType Type, int KeySize, int ValueSize, uint MaxEntries, uint Flags, ulong Extra, MapTypes Types)
{
    internal bool Has(uint flag) => (Flags & flag) != 0;

    /// <summary>Whether a map of <paramref name="other"/> may stand where this one is the model: in a map of maps.</summary>
    internal bool AcceptsAsInner(MapTraits other) =>
        Type == other.Type && KeySize == other.KeySize && ValueSize == other.ValueSize && Flags == other.Flags
        && (Type is not (BpfMapType.Array or BpfMapType.PerCpuArray or BpfMapType.RingBuffer) || Has(MapFlags.InnerMap) || MaxEntries == other.MaxEntries);
}

/// <summary>The type information of a map's key and value; zeros when it has none.</summary>
internal readonly record struct MapTypes(uint BtfId, uint Key, uint Value);

/// <summary><c>BPF_F_…</c> of map creation and of element operations.</summary>
internal static class MapFlags
{
    internal const uint NoPreallocation = 1 << 0;
    internal const uint NoCommonLru = 1 << 1;
    internal const uint NumaNode = 1 << 2;
    internal const uint ReadOnly = 1 << 3;
    internal const uint WriteOnly = 1 << 4;
    internal const uint ZeroSeed = 1 << 6;
    internal const uint ReadOnlyProgram = 1 << 7;
    internal const uint WriteOnlyProgram = 1 << 8;
    internal const uint MemoryMappable = 1 << 10;
    internal const uint PreserveElements = 1 << 11;
    internal const uint InnerMap = 1 << 12;
    internal const uint Access = ReadOnly | WriteOnly | ReadOnlyProgram | WriteOnlyProgram;

    internal const ulong NotExisting = 1;
    internal const ulong Existing = 2;
    internal const ulong Lock = 4;
    internal const ulong Cpu = 8;
}
