using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Maps.Redirects;

/// <summary>Sockets of one address, bound with <c>SO_REUSEPORT</c>, for a program to choose from (<c>bpf_sk_select_reuseport</c>), by index.</summary>
/// <remarks>A socket that is closed leaves the array by itself. From Linux 4.19. Safe to use from any thread. Disposing disposes the <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe class BpfReusePortArray : IBpfTypedMap<BpfReusePortArray>
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A map of type <see cref="BpfMapType.ReusePortSocketArray"/>, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">It is of another type.</exception>
    public BpfReusePortArray(BpfMap map) => Map = MapShape.RequireType(map, "BpfReusePortArray", BpfMapType.ReusePortSocketArray);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>The number of places, which never changes.</summary>
    public int Count => (int)Map.MaxEntries;

    static BpfReusePortArray IBpfTypedMap<BpfReusePortArray>.Wrap(BpfMap map) => new(map);

    /// <summary>Puts a socket at a place.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="socket">The socket's handle. The caller goes on owning it.</param>
    /// <param name="mode">What is demanded of the place.</param>
    /// <returns>False when <paramref name="mode"/> was not met: the place is taken, or empty.</returns>
    /// <exception cref="BpfException">The socket is not of the kind, or not in the state, that the map takes.</exception>
    public bool TrySet(int index, SafeHandle socket, BpfUpdateMode mode = BpfUpdateMode.Any)
    {
        uint key = DescriptorElement.Index(Map, index);
        return DescriptorElement.SetSocket(Map, &key, socket, mode, "The socket must be bound with SO_REUSEPORT to an IPv4 or IPv6 address, TCP ones listening, and be in no other such array.");
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

    /// <summary>The cookie of the socket at a place: the number by which the kernel tells sockets apart (<c>SO_COOKIE</c>).</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="cookie">The cookie; 0 when the place is empty.</param>
    /// <returns>False when the place is empty.</returns>
    /// <exception cref="InvalidOperationException">The map's values have 4 bytes: such a map does not give cookies.</exception>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryGetCookie(int index, out ulong cookie)
    {
        uint key = DescriptorElement.Index(Map, index);
        return DescriptorElement.TryGetCookie(Map, &key, out cookie);
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();

    /// <summary>Creates such a map. Needs CAP_BPF and CAP_NET_ADMIN, or root.</summary>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="length">The number of places, at least 1.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfReusePortArray Create(string name, uint length) =>
        new(BpfMap.Create(BpfMapType.ReusePortSocketArray, name, sizeof(uint), sizeof(ulong), length));
}
