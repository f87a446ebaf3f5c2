namespace Clovisor.Bpf.Generators.Reading;

/// <summary>The typed map for each type of map, by the kernel's numbers.</summary>
internal static class MapTypes
{
    internal const uint PerfEventArray = 4;
    internal const uint RingBuffer = 27;

    /// <summary>The generic class with <c>{0}</c> for the key and <c>{1}</c> for the value; null when the map is used as bytes.</summary>
    internal static string? Find(uint type) => type switch
    {
        1 or 9 => "BpfHashMap<{0}, {1}>",
        2 => "BpfArrayMap<{1}>",
        6 => "BpfPerCpuArrayMap<{1}>",
        _ => null,
    };
}
