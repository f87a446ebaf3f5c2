using System.Runtime.CompilerServices;
using Clovisor.Bpf.Btf;
using Clovisor.Bpf.Btf.Layouts;

namespace Clovisor.Bpf.Maps;

/// <summary>Compares a map with what a typed wrapper expects; done once, when the wrapper is made.</summary>
internal static class MapShape
{
    /// <exception cref="BpfMapIncompatibleException">Lists every difference.</exception>
    internal static BpfMap Require<TKey, TValue>(BpfMap map, string wrapper, params ReadOnlySpan<BpfMapType> types)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        var found = new Findings(map, wrapper, types);
        Compare<TKey>("key", map.KeySize, map.Btf?.Key, rejectPadding: true, found);
        Compare<TValue>("value", map.ValueSize, map.Btf?.Value, rejectPadding: false, found);
        return found.Demand($"{wrapper}<{typeof(TKey).Name}, {typeof(TValue).Name}>");
    }

    /// <summary>As <see cref="Require"/>, for maps without keys.</summary>
    internal static BpfMap RequireValue<TValue>(BpfMap map, string wrapper, params ReadOnlySpan<BpfMapType> types)
        where TValue : unmanaged
    {
        var found = new Findings(map, wrapper, types);
        Compare<TValue>("value", map.ValueSize, map.Btf?.Value, rejectPadding: false, found);
        return found.Demand($"{wrapper}<{typeof(TValue).Name}>");
    }

    /// <summary>As <see cref="Require"/>, for maps whose values are the kernel's own.</summary>
    internal static BpfMap RequireKey<TKey>(BpfMap map, string wrapper, params ReadOnlySpan<BpfMapType> types)
        where TKey : unmanaged
    {
        var found = new Findings(map, wrapper, types);
        Compare<TKey>("key", map.KeySize, map.Btf?.Key, rejectPadding: true, found);
        return found.Demand($"{wrapper}<{typeof(TKey).Name}>");
    }

    /// <summary>As <see cref="Require"/>, for maps whose elements are the kernel's own.</summary>
    internal static BpfMap RequireType(BpfMap map, string wrapper, params ReadOnlySpan<BpfMapType> types) =>
        new Findings(map, wrapper, types).Demand(wrapper);

    private static void Compare<T>(
        string what, int size, BtfType? btf, bool rejectPadding, Findings found)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != size)
        {
            string name = btf is { Name.Length: > 0 } ? $" ({btf.Name})" : "";
            found.Differences.Add($"the map's {what}{name} has {size} bytes, {typeof(T).Name} has {Unsafe.SizeOf<T>()}");
            if (btf is BtfStruct wanted && default(T) is IBpfStruct { Layout: { } given })
            {
                found.Layouts.Add(LayoutComparison.Compare(wanted, given).ToString());
            }

            return;
        }

        if (btf is null)
        {
            return;
        }

        if (btf is BtfStruct { IsUnion: false } layout)
        {
            CompareStruct<T>(what, layout, rejectPadding, found);
        }
        else if (btf.Kind == BtfKind.Float != IsFloat<T>() && typeof(T).IsPrimitive)
        {
            found.Differences.Add($"the map's {what} is {btf.Name}, which does not hold what {typeof(T).Name} does");
        }
    }

    private static void CompareStruct<T>(string what, BtfStruct layout, bool rejectPadding, Findings found)
    {
        if (typeof(T).IsPrimitive && layout.Members.Count > 1)
        {
            found.Differences.Add($"the map's {what} is struct {layout.Name} of {layout.Members.Count} members, {typeof(T).Name} is one number");
        }

        if (default(T) is IBpfStruct { Layout: { } managed } && LayoutComparison.Compare(layout, managed) is { IsEqual: false } comparison)
        {
            found.Differences.AddRange(comparison.Differences.Select(difference => $"{what}: {difference}"));
            found.Layouts.Add(comparison.ToString());
        }

        // The hash is over all bytes: whatever stands in the padding is part of the key.
        if (rejectPadding && layout.Padding() is { Count: > 0 } holes)
        {
            string places = string.Join(", ", holes.Select(static hole => $"{hole.Length} at offset {hole.Offset}"));
            found.Differences.Add($"struct {layout.Name} has padding bytes ({places}), which count when keys are compared: declare them as members and keep them zero");
        }
    }

    private static bool IsFloat<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    /// <summary>What was found, and the layouts of structs that differ.</summary>
    private sealed class Findings
    {
        private readonly BpfMap _map;

        internal Findings(BpfMap map, string wrapper, ReadOnlySpan<BpfMapType> types)
        {
            ArgumentNullException.ThrowIfNull(map);
            _map = map;
            if (!types.Contains(map.Type))
            {
                Differences.Add($"it is a {map.Type}, and {wrapper} takes {string.Join(" or ", types.ToArray())}");
            }
        }

        internal List<string> Differences { get; } = [];

        internal List<string> Layouts { get; } = [];

        internal BpfMap Demand(string wrapper) => Differences.Count == 0
            ? _map
            : throw new BpfMapIncompatibleException($"use as {wrapper}", _map.Name, Differences, string.Join(Environment.NewLine, Layouts));
    }
}
