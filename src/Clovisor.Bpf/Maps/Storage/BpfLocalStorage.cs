using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.Maps.Storage;

/// <summary>Values that hang on sockets, tasks, inodes or control groups, and are gone with them.</summary>
/// <typeparam name="TValue">A struct of exactly the value's layout.</typeparam>
/// <remarks>
/// For <see cref="BpfMapType.SocketStorage"/> (from Linux 5.2), <see cref="BpfMapType.InodeStorage"/> (5.10), <see cref="BpfMapType.TaskStorage"/>
/// (5.11) and <see cref="BpfMapType.CgroupLocalStorage"/> (6.2). The owner is given by descriptor: a socket's
/// <see cref="System.Net.Sockets.Socket.SafeHandle"/>, or what <see cref="BpfStorageOwner"/> opens. The kernel offers no list of owners.
/// One system call an operation, nothing allocated; safe to use from any thread. Disposing disposes the <see cref="BpfMap"/> it was made from.
/// </remarks>
public sealed unsafe class BpfLocalStorage<TValue> : IBpfTypedMap<BpfLocalStorage<TValue>>
    where TValue : unmanaged
{
    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A storage map, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">Its type, sizes or C types do not fit; every difference is listed.</exception>
    public BpfLocalStorage(BpfMap map) => Map = MapShape.Require<int, TValue>(
        map, "BpfLocalStorage", BpfMapType.SocketStorage, BpfMapType.InodeStorage, BpfMapType.TaskStorage, BpfMapType.CgroupLocalStorage);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    static BpfLocalStorage<TValue> IBpfTypedMap<BpfLocalStorage<TValue>>.Wrap(BpfMap map) => new(map);

    /// <summary>Reads the value of an owner.</summary>
    /// <param name="owner">A descriptor of the socket, process, file or cgroup. The caller goes on owning it.</param>
    /// <param name="value">The value; default when there is none.</param>
    /// <returns>False when the owner has no value.</returns>
    /// <exception cref="BpfException">The descriptor is of another kind, or the kernel refused otherwise.</exception>
    public bool TryGetValue(SafeHandle owner, out TValue value)
    {
        using var lease = new ForeignLease(owner);
        int key = lease.Descriptor;
        value = default;
        fixed (TValue* v = &value)
        {
            int result = Map.Element(BpfCommand.MapLookupElement, &key, v, 0);
            RequireKind(result, "look up");
            return Map.Found(result, "look up an owner in");
        }
    }

    /// <summary>Writes the value of an owner.</summary>
    /// <param name="owner">A descriptor of the socket, process, file or cgroup. The caller goes on owning it.</param>
    /// <param name="value">The value.</param>
    /// <param name="mode">What is demanded of the owner's value.</param>
    /// <returns>False when <paramref name="mode"/> was not met: there is a value already, or none.</returns>
    /// <exception cref="BpfException">The descriptor is of another kind, or the kernel refused otherwise.</exception>
    public bool TrySet(SafeHandle owner, in TValue value, BpfUpdateMode mode = BpfUpdateMode.Any)
    {
        using var lease = new ForeignLease(owner);
        int key = lease.Descriptor;
        fixed (TValue* v = &value)
        {
            int result = Map.Element(BpfCommand.MapUpdateElement, &key, v, (ulong)mode);
            RequireKind(result, "update");
            return result switch
            {
                -Errno.EEXIST when mode == BpfUpdateMode.NotExisting => false,
                -Errno.ENOENT when mode == BpfUpdateMode.Existing => false,
                >= 0 => true,
                _ => Map.Found(result, "update"),
            };
        }
    }

    /// <summary>Removes the value of an owner.</summary>
    /// <param name="owner">A descriptor of the socket, process, file or cgroup. The caller goes on owning it.</param>
    /// <returns>False when the owner has no value.</returns>
    /// <exception cref="BpfException">The descriptor is of another kind, or the kernel refused otherwise.</exception>
    public bool Remove(SafeHandle owner)
    {
        using var lease = new ForeignLease(owner);
        int key = lease.Descriptor;
        int result = Map.Element(BpfCommand.MapDeleteElement, &key, null, 0);
        RequireKind(result, "remove");
        return Map.Found(result, "remove an owner from");
    }

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();

    private void RequireKind(int result, string operation)
    {
        // EBADF, ENOTSOCK, and EINVAL: the kernel looks for an object of the map's kind behind the descriptor.
        if (result is -Errno.EBADF or -88 or -Errno.EINVAL)
        {
            throw BpfErrors.Create(
                $"{operation} an owner in", $"map {Map.Name}", -result, $"The descriptor is not of what {Map.Type} hangs on, or it is closed.");
        }
    }
}

/// <summary>Creates storage maps without an object file.</summary>
public static class BpfLocalStorage
{
    /// <summary>Creates a storage map. Needs CAP_BPF or root; the kernel's BPF LSM for inodes.</summary>
    /// <typeparam name="TValue">The value.</typeparam>
    /// <param name="type">Socket, inode, task or cgroup storage.</param>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="flags">Further flags, such as <see cref="BpfMapOptions.Clone"/> for sockets; <see cref="BpfMapOptions.NoPreallocation"/> is added.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfLocalStorage<TValue> Create<TValue>(BpfMapType type, string name, BpfMapOptions flags = BpfMapOptions.None)
        where TValue : unmanaged => new(BpfMap.Create(new BpfMapSpec(type, name)
        {
            KeySize = sizeof(int),
            ValueSize = Unsafe.SizeOf<TValue>(),
            Flags = flags | BpfMapOptions.NoPreallocation,
            HasTypes = true,
        }));
}
