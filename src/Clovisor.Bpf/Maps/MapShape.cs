using System.Runtime.CompilerServices;
using Clovisor.Bpf.Btf;

namespace Clovisor.Bpf.Maps;

/// <summary>Compares a map with what a typed wrapper expects; done once, when the wrapper is made.</summary>
internal static class MapShape
{
    /// <exception cref="BpfMapIncompatibleException">Lists every difference.</exception>
    internal static void Require<TKey, TValue>(BpfMap map, string wrapper, params ReadOnlySpan<BpfMapType> types)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        ArgumentNullException.ThrowIfNull(map);
        var differences = new List<string>();
        if (!types.Contains(map.Type))
        {
            differences.Add($"it is a {map.Type}, and {wrapper} takes {string.Join(" or ", types.ToArray())}");
        }

        Compare<TKey>("key", map.KeySize, map.Btf?.Key, rejectPadding: true, differences);
        Compare<TValue>("value", map.ValueSize, map.Btf?.Value, rejectPadding: false, differences);
        if (differences.Count > 0)
        {
            throw new BpfMapIncompatibleException($"use as {wrapper}<{typeof(TKey).Name}, {typeof(TValue).Name}>", map.Name, differences);
        }
    }

    private static void Compare<T>(
        string what, int size, BtfType? btf, bool rejectPadding, List<string> differences)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != size)
        {
            string name = btf is { Name.Length: > 0 } ? $" ({btf.Name})" : "";
            differences.Add($"the map's {what}{name} has {size} bytes, {typeof(T).Name} has {Unsafe.SizeOf<T>()}");
            return;
        }

        if (btf is null)
        {
            return;
        }

        if (btf is BtfStruct { IsUnion: false } layout)
        {
            CompareStruct<T>(what, layout, rejectPadding, differences);
        }
        else if (btf.Kind == BtfKind.Float != IsFloat<T>() && typeof(T).IsPrimitive)
        {
            differences.Add($"the map's {what} is {btf.Name}, which does not hold what {typeof(T).Name} does");
        }
    }

    private static void CompareStruct<T>(string what, BtfStruct layout, bool rejectPadding, List<string> differences)
    {
        if (typeof(T).IsPrimitive && layout.Members.Count > 1)
        {
            differences.Add($"the map's {what} is struct {layout.Name} of {layout.Members.Count} members, {typeof(T).Name} is one number");
        }

        // The hash is over all bytes: whatever stands in the padding is part of the key.
        if (rejectPadding && layout.Padding() is { Count: > 0 } holes)
        {
            string places = string.Join(", ", holes.Select(static hole => $"{hole.Length} at offset {hole.Offset}"));
            differences.Add($"struct {layout.Name} has padding bytes ({places}), which count when keys are compared: declare them as members and keep them zero");
        }
    }

    private static bool IsFloat<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double);
}
