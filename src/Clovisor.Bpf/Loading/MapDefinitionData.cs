using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Loading;

/// <summary>What libbpf read of a map.</summary>
internal readonly record struct MapDefinitionData(
    string Name,
    string? Section,
    BpfMapType Type,
    int KeySize,
    int ValueSize,
    uint MaxEntries,
    BpfMapOptions Flags,
    ulong Extra,
    bool AutoCreate,
    string? PinPath)
{
    internal static unsafe MapDefinitionData Read(nint map)
    {
        string name = NativeText.Read(LibBpf.bpf_map__name(map));
        byte* pinPath = LibBpf.bpf_map__pin_path(map);
        return new MapDefinitionData(
            name,
            LibBpf.bpf_map__is_internal(map) == 0 ? null : SectionOf(name),
            (BpfMapType)LibBpf.bpf_map__type(map),
            (int)LibBpf.bpf_map__key_size(map),
            (int)LibBpf.bpf_map__value_size(map),
            LibBpf.bpf_map__max_entries(map),
            (BpfMapOptions)LibBpf.bpf_map__map_flags(map),
            LibBpf.bpf_map__map_extra(map),
            LibBpf.bpf_map__autocreate(map) != 0,
            pinPath is null ? null : NativeText.Read(pinPath));
    }

    // The four classic sections carry the object's name in front; sections of the program's own are named as they are.
    private static string SectionOf(string name) => name.StartsWith('.') ? name : name[Math.Max(name.LastIndexOf('.'), 0)..];
}

/// <summary>What of a map definition was set and is to be handed to libbpf.</summary>
[Flags]
internal enum MapChanges
{
    None = 0,
    MaxEntries = 1,
    Flags = 2,
    Extra = 4,
    NumaNode = 8,
    InnerMap = 16,
}
