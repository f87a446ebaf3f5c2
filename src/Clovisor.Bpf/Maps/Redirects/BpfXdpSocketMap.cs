using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Maps.Redirects;

/// <summary>AF_XDP sockets by queue, for XDP programs to redirect to (<c>bpf_redirect_map</c>).</summary>
/// <remarks>Written only: the kernel gives no way to read it. A socket that is closed leaves the map by itself. From Linux 4.18. Safe to use from any thread. Disposing disposes the <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe class BpfXdpSocketMap : IBpfTypedMap<BpfXdpSocketMap>
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A map of type <see cref="BpfMapType.XdpSocketMap"/>, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">It is of another type.</exception>
    public BpfXdpSocketMap(BpfMap map) => Map = MapShape.RequireType(map, "BpfXdpSocketMap", BpfMapType.XdpSocketMap);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>The number of places, which never changes.</summary>
    public int Count => (int)Map.MaxEntries;

    static BpfXdpSocketMap IBpfTypedMap<BpfXdpSocketMap>.Wrap(BpfMap map) => new(map);

    /// <summary>Puts a socket at a place.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="socket">The socket's handle. The caller goes on owning it.</param>
    /// <param name="mode">What is demanded of the place.</param>
    /// <returns>False when <paramref name="mode"/> was not met: the place is taken, or empty.</returns>
    /// <exception cref="BpfException">The socket is not of the kind, or not in the state, that the map takes.</exception>
    public bool TrySet(int index, SafeHandle socket, BpfUpdateMode mode = BpfUpdateMode.Any)
    {
        uint key = DescriptorElement.Index(Map, index);
        return DescriptorElement.SetSocket(Map, &key, socket, mode, "The descriptor must be of an AF_XDP socket.");
    }

    /// <summary>Empties a place.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <returns>False when it was empty.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Remove(int index)
    {
        uint key = DescriptorElement.Index(Map, index);
        return Map.Remove(&key);
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();

    /// <summary>Creates such a map. Needs CAP_BPF and CAP_NET_ADMIN, or root.</summary>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="length">The number of places, at least 1.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfXdpSocketMap Create(string name, uint length) =>
        new(BpfMap.Create(BpfMapType.XdpSocketMap, name, sizeof(uint), sizeof(uint), length));
}
