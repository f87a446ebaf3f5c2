using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>Refuses a map that is no buffer of the wanted type, before its memory is mapped.</summary>
internal static class RingMap
{
    internal static void Require(BpfMap map, BpfMapType type, string wrapper)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map.Type != type)
        {
            throw new BpfMapIncompatibleException($"use as {wrapper}", map.Name, [$"it is a {map.Type}, and {wrapper} takes {type}"]);
        }
    }
}
