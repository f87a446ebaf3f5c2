using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Pinning;

namespace Clovisor.Bpf.Loading;

/// <summary>Hands map definitions to libbpf, before it loads.</summary>
internal static unsafe class MapSettings
{
    internal static void Apply(List<nint> native, List<BpfMapDefinition> maps, MapPins pins, string name)
    {
        for (int i = 0; i < native.Count; i++)
        {
            nint map = native[i];
            BpfMapDefinition definition = maps[i];
            string target = $"map {definition.Name} of {name}";

            // Pins are ours: libbpf makes them one by one while it loads, and says no more than EINVAL of a map that does not fit.
            if (LibBpf.bpf_map__pin_path(map) is not null)
            {
                Check(LibBpf.bpf_map__set_pin_path(map, null), "clear the pin of", target);
            }

            if (definition.AutoCreate != (LibBpf.bpf_map__autocreate(map) != 0))
            {
                Check(LibBpf.bpf_map__set_autocreate(map, definition.AutoCreate ? (byte)1 : (byte)0), "choose", target);
            }

            if (definition.InitialBytes is { } bytes)
            {
                nuint size = 0;
                byte* initial = LibBpf.bpf_map__initial_value(map, &size);
                bytes.CopyTo(new Span<byte>(initial, (int)size));
            }

            ApplyChanges(map, definition, target);
            if ((definition.Reused ?? pins.Reused(i)) is { } reused)
            {
                // libbpf takes a descriptor of its own.
                using BpfHandle.FdLease lease = reused.Lease();
                Check(LibBpf.bpf_map__reuse_fd(map, lease.Descriptor), "reuse", target);
            }
        }
    }

    private static void ApplyChanges(nint map, BpfMapDefinition definition, string target)
    {
        MapChanges changed = definition.Changed;
        if (changed == MapChanges.None)
        {
            return;
        }

        if (changed.HasFlag(MapChanges.MaxEntries))
        {
            Check(LibBpf.bpf_map__set_max_entries(map, definition.MaxEntries), "resize", target);
        }

        if (changed.HasFlag(MapChanges.Flags))
        {
            Check(LibBpf.bpf_map__set_map_flags(map, (uint)definition.Flags), "set the flags of", target);
        }

        if (changed.HasFlag(MapChanges.Extra))
        {
            Check(LibBpf.bpf_map__set_map_extra(map, definition.Extra), "set map_extra of", target);
        }

        if (changed.HasFlag(MapChanges.NumaNode) && definition.NumaNode is { } node)
        {
            // libbpf sets the flag that makes the kernel look at the node only for a map that has it in the source.
            Check(LibBpf.bpf_map__set_numa_node(map, (uint)node), "set the memory node of", target);
            Check(LibBpf.bpf_map__set_map_flags(map, LibBpf.bpf_map__map_flags(map) | (uint)Maps.BpfMapOptions.NumaNode), "set the memory node of", target);
        }

        if (changed.HasFlag(MapChanges.InnerMap) && definition.InnerMap is { } inner)
        {
            using BpfHandle.FdLease lease = inner.Handle.Lease();
            Check(LibBpf.bpf_map__set_inner_map_fd(map, lease.Descriptor), "set the inner map of", target);
        }
    }

    private static void Check(int result, string operation, string target)
    {
        if (result < 0)
        {
            throw BpfErrors.Create(operation, target, -result);
        }
    }
}
