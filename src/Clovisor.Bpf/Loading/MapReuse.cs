using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Btf.Layouts;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Loading;

/// <summary>Whether a map that exists can stand for one that an object file defines.</summary>
internal static class MapReuse
{
    /// <exception cref="BpfMapIncompatibleException">Lists every difference, with both sides.</exception>
    internal static void Require(BpfMapDefinition definition, BpfMap map)
    {
        if (Differences(definition, map) is { Count: > 0 } differences)
        {
            throw new BpfMapIncompatibleException("reuse", definition.Name, differences);
        }
    }

    internal static List<string> Differences(BpfMapDefinition definition, BpfMap map)
    {
        var differences = new List<string>();
        Compare("type", definition.Type, map.Type);
        Compare("key size", definition.KeySize, map.KeySize);
        Compare("value size", definition.ValueSize, map.ValueSize);
        Compare("max entries", EffectiveEntries(definition), map.MaxEntries);
        Compare("flags", definition.Flags, EffectiveFlags(definition, map));
        Compare("map_extra", definition.Extra, map.Extra);
        if (differences.Count == 0)
        {
            CompareTypes("key", definition.Btf?.Key, map.Btf?.Key);
            CompareTypes("value", definition.Btf?.Value, map.Btf?.Value);
        }

        return differences;

        void Compare<T>(string what, T wanted, T existing)
        {
            if (!EqualityComparer<T>.Default.Equals(wanted, existing))
            {
                differences.Add($"{what} is {wanted} in the object file, {existing} in the existing map (id {map.Id})");
            }
        }

        // Without the right to read the kernel's BTF, or for maps made without it, sizes are all there is.
        void CompareTypes(string what, BtfType? wanted, BtfType? existing)
        {
            if (wanted is not null && existing is not null)
            {
                differences.AddRange(SharedMembers.Differences(what, wanted, existing));
            }
        }
    }

    // Zero entries of a perf event array mean one for each CPU.
    private static uint EffectiveEntries(BpfMapDefinition definition) =>
        definition is { Type: BpfMapType.PerfEventArray, MaxEntries: 0 } ? (uint)PossibleCpus.Count : definition.MaxEntries;

    // The kernel makes device maps read-only for programs whether asked to or not.
    private static BpfMapOptions EffectiveFlags(BpfMapDefinition definition, BpfMap map) =>
        map.Type is BpfMapType.DeviceMap or BpfMapType.DeviceHash && !definition.Flags.HasFlag(BpfMapOptions.ReadOnlyProgram)
            ? map.Flags & ~BpfMapOptions.ReadOnlyProgram
            : map.Flags;
}
