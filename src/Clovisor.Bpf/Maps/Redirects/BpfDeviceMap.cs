using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;
using Clovisor.Bpf.Programs;

namespace Clovisor.Bpf.Maps.Redirects;

/// <summary>Network devices for XDP programs to redirect to (<c>bpf_redirect_map</c>), by index or by any number.</summary>
/// <remarks>
/// For <see cref="BpfMapType.DeviceMap"/> (from Linux 4.14), whose keys are indexes, and <see cref="BpfMapType.DeviceHash"/> (5.4), whose keys are
/// free. Devices are of the network namespace that the calling thread is in; one that is removed leaves the map by itself. Safe to use from any
/// thread. Disposing disposes the <see cref="BpfMap"/> it was made from.
/// </remarks>
public sealed unsafe class BpfDeviceMap : IBpfTypedMap<BpfDeviceMap>
{
    private const int PlainSize = sizeof(uint);

    /// <summary>Wraps a map and takes it over.</summary>
    /// <param name="map">A device map, found in an object or opened by its pin.</param>
    /// <exception cref="BpfMapIncompatibleException">It is of another type.</exception>
    public BpfDeviceMap(BpfMap map) => Map = MapShape.RequireType(map, "BpfDeviceMap", BpfMapType.DeviceMap, BpfMapType.DeviceHash);

    /// <summary>The map as bytes.</summary>
    public BpfMap Map { get; }

    /// <summary>Whether an entry can carry a program that runs when a packet leaves by its device: values of 8 bytes, from Linux 5.8.</summary>
    public bool TakesPrograms => Map.ValueSize > PlainSize;

    static BpfDeviceMap IBpfTypedMap<BpfDeviceMap>.Wrap(BpfMap map) => new(map);

    /// <summary>Inserts or replaces a device.</summary>
    /// <param name="key">The key; of a device map an index below its number of entries.</param>
    /// <param name="interfaceIndex">The device, by the kernel's number in this thread's network namespace.</param>
    /// <param name="program">An XDP program that is loaded for device maps (<c>SEC("xdp/devmap")</c>) and runs on each packet that leaves this way;
    /// null for none. The map holds it: it need not stay open.</param>
    /// <param name="mode">What is demanded of the key.</param>
    /// <returns>False when <paramref name="mode"/> was not met: the key exists, or does not.</returns>
    /// <exception cref="InvalidOperationException">There is a program, and the map takes none.</exception>
    /// <exception cref="BpfException">There is no such device, the program is of another kind, or the kernel refused otherwise.</exception>
    public bool TrySet(uint key, int interfaceIndex, BpfProgram? program = null, BpfUpdateMode mode = BpfUpdateMode.Any)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interfaceIndex, 1);
        if (program is not null && !TakesPrograms)
        {
            throw new InvalidOperationException($"Map {Map.Name} has values of {Map.ValueSize} bytes, which take no program: declare them as struct bpf_devmap_val.");
        }

        using BpfHandle.FdLease lease = program is null ? default : program.Handle.Lease();
        ulong value = (uint)interfaceIndex | ((ulong)(program is null ? 0 : (uint)lease.Descriptor) << 32);
        int result = Map.Element(BpfCommand.MapUpdateElement, &key, &value, (ulong)mode);
        return result switch
        {
            >= 0 => true,
            -Errno.EEXIST when mode == BpfUpdateMode.NotExisting => false,
            -Errno.ENOENT when mode == BpfUpdateMode.Existing => false,
            -Errno.EINVAL => throw BpfErrors.Create(
                $"put device {interfaceIndex} into", $"map {Map.Name}", Errno.EINVAL, program is null
                    ? "There is no such device in this network namespace."
                    : $"There is no such device in this network namespace, or {program.Name} is not loaded for device maps: SEC(\"xdp/devmap\")."),
            _ => Map.Found(result, "update"),
        };
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="interfaceIndex">The device; 0 when the key is not there.</param>
    /// <param name="programId">The kernel's number of its program; 0 for none.</param>
    /// <returns>False when the key is not there.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool TryGet(uint key, out int interfaceIndex, out uint programId)
    {
        ulong value = 0;
        bool found = Map.Found(Map.Element(BpfCommand.MapLookupElement, &key, &value, 0), "look up a device in");
        (interfaceIndex, programId) = ((int)(uint)value, (uint)(value >> 32));
        return found;
    }

    /// <summary>Removes a device.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when it was not there. A device map, which has a place for every index, says true all the same.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Remove(uint key) => Map.Remove(&key);

    /// <summary>Disposes <see cref="Map"/>.</summary>
    public void Dispose() => Map.Dispose();

    /// <summary>Creates a device map: a place for each index. Needs CAP_BPF and CAP_NET_ADMIN, or root.</summary>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="length">The number of places, at least 1.</param>
    /// <param name="takesPrograms">Whether entries can carry a program. From Linux 5.8.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfDeviceMap Create(string name, uint length, bool takesPrograms = true) =>
        new(BpfMap.Create(BpfMapType.DeviceMap, name, sizeof(uint), takesPrograms ? sizeof(ulong) : PlainSize, length));

    /// <summary>Creates a device map with free keys. Needs CAP_BPF and CAP_NET_ADMIN, or root.</summary>
    /// <param name="name">At most 15 letters, digits, dots and underscores; the rest is cut or replaced.</param>
    /// <param name="maxEntries">The most devices, at least 1.</param>
    /// <param name="takesPrograms">Whether entries can carry a program. From Linux 5.8.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static BpfDeviceMap CreateHash(string name, uint maxEntries, bool takesPrograms = true) =>
        new(BpfMap.Create(BpfMapType.DeviceHash, name, sizeof(uint), takesPrograms ? sizeof(ulong) : PlainSize, maxEntries));
}
