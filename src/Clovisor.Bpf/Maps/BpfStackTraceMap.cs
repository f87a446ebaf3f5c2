using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;

namespace Clovisor.Bpf.Maps;

/// <summary>Stack traces that programs took (<c>bpf_get_stackid</c>), by their number.</summary>
/// <remarks>A trace is a list of return addresses, the innermost first. One system call an operation, nothing allocated; safe to use from any
/// thread. From Linux 4.6. Disposing disposes the <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe class BpfStackTraceMap : IBpfTypedMap<BpfStackTraceMap>
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A stack trace map of addresses, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">It is of another type, or holds build ids in place of addresses.</exception>
    public BpfStackTraceMap(BpfMap map)
    {
        MapShape.RequireType(map, "BpfStackTraceMap", BpfMapType.StackTrace);
        if (map.Flags.HasFlag(BpfMapOptions.StackBuildId))
        {
            throw new BpfMapIncompatibleException("use as BpfStackTraceMap", map.Name, ["it holds build ids and offsets, and BpfStackTraceMap takes addresses: read it as bytes"]);
        }

        Map = map;
    }

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>The most addresses that a trace has.</summary>
    public int MaxDepth => Map.ValueSize / sizeof(ulong);

    static BpfStackTraceMap IBpfTypedMap<BpfStackTraceMap>.Wrap(BpfMap map) => new(map);

    /// <summary>Reads a trace.</summary>
    /// <param name="id">What <c>bpf_get_stackid</c> gave, not negative.</param>
    /// <param name="addresses">At least <see cref="MaxDepth"/> long.</param>
    /// <param name="depth">How many addresses the trace has.</param>
    /// <returns>False when there is no such trace.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryRead(uint id, Span<ulong> addresses, out int depth)
    {
        depth = 0;
        if (!Map.TryLookup(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in id)), MemoryMarshal.AsBytes(addresses)))
        {
            return false;
        }

        // The rest is zero.
        int end = addresses[..MaxDepth].IndexOf(0UL);
        depth = end < 0 ? MaxDepth : end;
        return true;
    }

    /// <summary>Removes a trace, so that its number may stand for another.</summary>
    /// <param name="id">What <c>bpf_get_stackid</c> gave.</param>
    /// <returns>False when there is no such trace.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Remove(uint id) => Map.Remove(&id);

    /// <summary>The numbers of all traces.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public IReadOnlyList<uint> Ids()
    {
        var ids = new List<uint>();
        uint id;
        uint next;
        for (bool more = Map.NextKey(null, &next); more && ids.Count < Map.MaxEntries; more = Map.NextKey(&id, &next))
        {
            id = next;
            ids.Add(id);
        }

        return ids;
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();

    /// <summary>Creates a stack trace map. Needs CAP_BPF and CAP_PERFMON, or root.</summary>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="maxEntries">The most traces, at least 1.</param>
    /// <param name="maxDepth">The most addresses of a trace; the kernel's own limit is 127 (<c>kernel.perf_event_max_stack</c>).</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfStackTraceMap Create(string name, uint maxEntries, int maxDepth = 127) =>
        new(BpfMap.Create(BpfMapType.StackTrace, name, sizeof(uint), maxDepth * sizeof(ulong), maxEntries));
}
