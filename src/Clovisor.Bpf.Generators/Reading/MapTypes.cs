namespace Clovisor.Bpf.Generators.Reading;

/// <summary>The typed map for each type of map, by the kernel's numbers.</summary>
internal static class MapTypes
{
    internal const uint PerfEventArray = 4;
    internal const uint LpmTrie = 11;
    internal const uint ArrayOfMaps = 12;
    internal const uint HashOfMaps = 13;
    internal const uint RingBuffer = 27;
    internal const uint UserRingBuffer = 31;

    /// <summary>The class with <c>{0}</c> for the key, <c>{1}</c> for the value and <c>{2}</c> for the inner map; null when the map is used as bytes.</summary>
    internal static string? Find(uint type) => type switch
    {
        1 or 9 => "BpfHashMap<{0}, {1}>",
        2 => "BpfArrayMap<{1}>",
        3 => "BpfProgramArray",
        5 or 10 => "BpfPerCpuHashMap<{0}, {1}>",
        6 => "BpfPerCpuArrayMap<{1}>",
        7 => "BpfStackTraceMap",
        8 => "Storage.BpfCgroupArray",
        LpmTrie => "BpfLpmTrie<{0}, {1}>",
        ArrayOfMaps => "BpfArrayOfMaps<{2}>",
        HashOfMaps => "BpfHashOfMaps<{0}, {2}>",
        14 or 25 => "Redirects.BpfDeviceMap",
        15 => "Redirects.BpfSocketMap",
        16 => "Redirects.BpfCpuMap",
        17 => "Redirects.BpfXdpSocketMap",
        18 => "Redirects.BpfSocketHash<{0}>",
        20 => "Redirects.BpfReusePortArray",
        22 or 23 => "BpfQueue<{1}>",
        24 or 28 or 29 or 32 => "Storage.BpfLocalStorage<{1}>",
        30 => "BpfBloomFilter<{1}>",
        _ => null,
    };
}
