using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Clovisor.Bpf.Maps.Redirects;

/// <summary>Sockets by key, for programs that redirect between sockets (<c>bpf_sk_redirect_hash</c>, <c>bpf_msg_redirect_hash</c>).</summary>
/// <typeparam name="TKey">A struct of exactly the key's layout. Its bytes are the key, padding included: have none.</typeparam>
/// <remarks>A TCP socket must be connected or listening, a UDP or Unix socket open. A socket that is closed leaves the map by itself. From
/// Linux 4.18. Safe to use from any thread. Disposing disposes the <see cref="BpfMap"/> it was made from.</remarks>
public sealed unsafe class BpfSocketHash<TKey> : IBpfTypedMap<BpfSocketHash<TKey>>
    where TKey : unmanaged
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A socket hash, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type or key do not fit; every difference is listed.</exception>
    public BpfSocketHash(BpfMap map) => Map = MapShape.RequireKey<TKey>(map, "BpfSocketHash", BpfMapType.SocketHash);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    static BpfSocketHash<TKey> IBpfTypedMap<BpfSocketHash<TKey>>.Wrap(BpfMap map) => new(map);

    /// <summary>Puts a socket in.</summary>
    /// <param name="key">The key.</param>
    /// <param name="socket">The socket's handle. The caller goes on owning it.</param>
    /// <param name="mode">What is demanded of the key.</param>
    /// <returns>False when <paramref name="mode"/> was not met: the key exists, or does not.</returns>
    /// <exception cref="BpfException">The map is full (E2BIG), or the socket is not of the kind, or not in the state, that the map takes.</exception>
    public bool TrySet(in TKey key, SafeHandle socket, BpfUpdateMode mode = BpfUpdateMode.Any)
    {
        fixed (TKey* k = &key)
        {
            return DescriptorElement.SetSocket(
                Map, k, socket, mode, "The kernel takes open TCP, UDP, Unix and vsock sockets; a TCP one must be connected or listening.");
        }
    }

    /// <summary>Takes a socket out; the socket itself stays open.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when the key was not there.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Remove(in TKey key)
    {
        fixed (TKey* k = &key)
        {
            return Map.Remove(k);
        }
    }

    /// <summary>The cookie of a key's socket: the number by which the kernel tells sockets apart (<c>SO_COOKIE</c>).</summary>
    /// <param name="key">The key.</param>
    /// <param name="cookie">The cookie; 0 when the key is not there.</param>
    /// <returns>False when the key is not there.</returns>
    /// <exception cref="InvalidOperationException">The map's values have 4 bytes: such a map does not give cookies.</exception>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryGetCookie(in TKey key, out ulong cookie)
    {
        fixed (TKey* k = &key)
        {
            return DescriptorElement.TryGetCookie(Map, k, out cookie);
        }
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();
}

/// <summary>Creates socket hashes without an object file.</summary>
public static class BpfSocketHash
{
    /// <summary>Creates a socket hash. Needs CAP_BPF and CAP_NET_ADMIN, or root.</summary>
    /// <typeparam name="TKey">The key, without padding.</typeparam>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="maxEntries">The most sockets, at least 1.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfSocketHash<TKey> Create<TKey>(string name, uint maxEntries)
        where TKey : unmanaged => new(BpfMap.Create(BpfMapType.SocketHash, name, Unsafe.SizeOf<TKey>(), sizeof(ulong), maxEntries));
}
