using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using static Clovisor.Wan.Netlink.Rtnetlink;

namespace Clovisor.Wan.Netlink;

/// <summary>Devices, addresses, default routes of the main table and neighbours, kept up to date by rtnetlink messages.</summary>
/// <remarks>Not thread-safe; knows no sockets, so that it can be fed with recorded messages.</remarks>
internal sealed class NetworkTable
{
    private readonly Dictionary<int, NetworkDevice> _devices = [];
    private readonly Dictionary<(int Device, IPAddress Address), Address> _addresses = [];
    private readonly HashSet<DefaultRoute> _routes = [];
    private readonly Dictionary<(int Device, IPAddress Address), ushort> _neighbours = [];

    /// <summary>Whether the kernel may have dropped routes without a message, as it does with a device's IPv4 routes when the device goes
    /// down or loses an address. The owner dumps routes anew and calls <see cref="ClearRoutes"/> before.</summary>
    public bool RoutesAreStale { get; private set; }

    public IEnumerable<NetworkDevice> Devices => _devices.Values;

    public NetworkDevice? FindDevice(string name) => _devices.Values.FirstOrDefault(device => device.Name == name);

    public bool HasAddress(int device, IPAddress address) => _addresses.TryGetValue((device, address), out Address? found) && found.IsUsable;

    /// <summary>The address that packets of this host would have on a device: global, usable, primary before secondary.</summary>
    public IPAddress? SourceOn(int device, AddressFamily family) => _addresses
        .Where(pair => pair.Key.Device == device && pair.Key.Address.AddressFamily == family && pair.Value.IsUsable && pair.Value.Scope < RT_SCOPE_LINK)
        .OrderBy(static pair => pair.Value.Flags & IFA_F_SECONDARY).ThenBy(static pair => pair.Value.Order)
        .Select(static pair => pair.Key.Address).FirstOrDefault();

    /// <summary>The router of the device's default route, of the one with the lowest metric.</summary>
    public IPAddress? DefaultRouterOn(int device, AddressFamily family) => _routes
        .Where(route => route.Device == device && route.Router.AddressFamily == family)
        .OrderBy(static route => route.Metric).ThenBy(static route => route.Router.ToString(), StringComparer.Ordinal)
        .Select(static route => route.Router).FirstOrDefault();

    /// <summary>Whether the kernel asked a neighbour for its hardware address and gave up.</summary>
    public bool NeighbourFailed(int device, IPAddress address) =>
        _neighbours.TryGetValue((device, address), out ushort state) && (state & NUD_FAILED) != 0;

    public bool KnowsNeighbour(int device, IPAddress address) => _neighbours.ContainsKey((device, address));

    public void Clear()
    {
        _devices.Clear();
        _addresses.Clear();
        _neighbours.Clear();
        ClearRoutes();
    }

    public void ClearRoutes()
    {
        _routes.Clear();
        RoutesAreStale = false;
    }

    /// <summary>Takes one message in. Messages of other kinds are passed over.</summary>
    /// <returns>Whether anything that is kept here changed.</returns>
    public bool Take(in NetlinkMessage message) => message.Type switch
    {
        RTM_NEWLINK or RTM_DELLINK when message.Payload.Length >= 16 => TakeLink(message),
        RTM_NEWADDR or RTM_DELADDR when message.Payload.Length >= 8 => TakeAddress(message),
        RTM_NEWROUTE or RTM_DELROUTE when message.Payload.Length >= 12 => TakeRoute(message),
        RTM_NEWNEIGH or RTM_DELNEIGH when message.Payload.Length >= 12 => TakeNeighbour(message),
        _ => false,
    };

    /// <summary>Puts a device with one address and one router a family in, as if the kernel had told of them.</summary>
    public void Put(NetworkDevice device, IEnumerable<IPAddress> addresses, IEnumerable<IPAddress> routers)
    {
        _devices[device.Index] = device;
        foreach (IPAddress address in addresses)
        {
            _addresses[(device.Index, address)] = new Address(0, 0, _addresses.Count);
        }

        foreach (IPAddress router in routers)
        {
            _routes.Add(new DefaultRoute(device.Index, router, 0));
        }
    }

    private bool TakeLink(in NetlinkMessage message)
    {
        ReadOnlySpan<byte> payload = message.Payload;

        // Bridges and others send partial RTM_NEWLINK messages under a family of their own.
        if (payload[0] != 0)
        {
            return false;
        }

        int index = MemoryMarshal.Read<int>(payload[4..]);
        if (message.Type == RTM_DELLINK)
        {
            return Forget(index);
        }

        uint flags = MemoryMarshal.Read<uint>(payload[8..]);
        string? name = null;
        byte state = 0;
        ReadOnlySpan<byte> attributes = payload[16..];
        while (NetlinkMessage.TryCutAttribute(ref attributes, out int type, out ReadOnlySpan<byte> value))
        {
            switch (type)
            {
                case IFLA_IFNAME:
                    name = Encoding.UTF8.GetString(value.TrimEnd((byte)0));
                    break;
                case IFLA_OPERSTATE when value.Length > 0:
                    state = value[0];
                    break;
            }
        }

        NetworkDevice? before = _devices.GetValueOrDefault(index);
        if ((name ?? before?.Name) is not { } known)
        {
            return false;
        }

        var device = new NetworkDevice(index, known, flags, state);
        _devices[index] = device;
        RoutesAreStale |= before is { IsUp: true } && !device.IsUp;
        return device != before;
    }

    private bool Forget(int index)
    {
        foreach ((int Device, IPAddress Address) key in _addresses.Keys.Where(key => key.Device == index).ToArray())
        {
            _addresses.Remove(key);
        }

        foreach ((int Device, IPAddress Address) key in _neighbours.Keys.Where(key => key.Device == index).ToArray())
        {
            _neighbours.Remove(key);
        }

        _routes.RemoveWhere(route => route.Device == index);
        return _devices.Remove(index);
    }

    private bool TakeAddress(in NetlinkMessage message)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        uint flags = payload[2];
        byte scope = payload[3];
        int device = MemoryMarshal.Read<int>(payload[4..]);
        IPAddress? local = null;
        IPAddress? remote = null;
        ReadOnlySpan<byte> attributes = payload[8..];
        while (NetlinkMessage.TryCutAttribute(ref attributes, out int type, out ReadOnlySpan<byte> value))
        {
            switch (type)
            {
                case IFA_LOCAL:
                    local = ReadAddress(value);
                    break;
                case IFA_ADDRESS:
                    remote = ReadAddress(value);
                    break;
                case IFA_FLAGS when value.Length == 4:
                    flags = MemoryMarshal.Read<uint>(value);
                    break;
            }
        }

        // On a point-to-point device IFA_ADDRESS is the other end's.
        if ((local ?? remote) is not { } address)
        {
            return false;
        }

        if (message.Type == RTM_DELADDR)
        {
            RoutesAreStale = true;
            return _addresses.Remove((device, address));
        }

        Address? before = _addresses.GetValueOrDefault((device, address));
        var after = new Address(flags, scope, before?.Order ?? _addresses.Count);
        _addresses[(device, address)] = after;
        return after != before;
    }

    private bool TakeRoute(in NetlinkMessage message)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        (byte family, byte prefixLength, byte shortTable, byte kind) = (payload[0], payload[1], payload[4], payload[7]);
        if (prefixLength != 0 || kind != RTN_UNICAST || family is not (Interop.Libc.AF_INET or Interop.Libc.AF_INET6))
        {
            return false;
        }

        uint table = shortTable;
        uint metric = 0;
        int device = 0;
        IPAddress? router = null;
        ReadOnlySpan<byte> nextHops = default;
        ReadOnlySpan<byte> attributes = payload[12..];
        while (NetlinkMessage.TryCutAttribute(ref attributes, out int type, out ReadOnlySpan<byte> value))
        {
            switch (type)
            {
                case RTA_TABLE when value.Length == 4:
                    table = MemoryMarshal.Read<uint>(value);
                    break;
                case RTA_PRIORITY when value.Length == 4:
                    metric = MemoryMarshal.Read<uint>(value);
                    break;
                case RTA_OIF when value.Length == 4:
                    device = MemoryMarshal.Read<int>(value);
                    break;
                case RTA_GATEWAY:
                    router = ReadAddress(value);
                    break;
                case RTA_MULTIPATH:
                    nextHops = value;
                    break;
            }
        }

        if (table != RT_TABLE_MAIN)
        {
            return false;
        }

        bool changed = false;
        if (message.Type == RTM_NEWROUTE && (message.Flags & NLM_F_REPLACE) != 0)
        {
            AddressFamily replaced = family == Interop.Libc.AF_INET ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
            changed = _routes.RemoveWhere(route => route.Metric == metric && route.Router.AddressFamily == replaced) > 0;
        }

        if (router is not null)
        {
            changed |= Change(message.Type, new DefaultRoute(device, router, metric));
        }

        // struct rtnexthop: u16 length, u8 flags, u8 weight, s32 device; then attributes.
        while (nextHops.Length >= 8 && MemoryMarshal.Read<ushort>(nextHops) is var length && length >= 8 && length <= nextHops.Length)
        {
            ReadOnlySpan<byte> inner = nextHops[8..length];
            while (NetlinkMessage.TryCutAttribute(ref inner, out int type, out ReadOnlySpan<byte> value))
            {
                if (type == RTA_GATEWAY && ReadAddress(value) is { } hop)
                {
                    changed |= Change(message.Type, new DefaultRoute(MemoryMarshal.Read<int>(nextHops[4..]), hop, metric));
                }
            }

            nextHops = nextHops[Math.Min(NetlinkMessage.Align(length), nextHops.Length)..];
        }

        return changed;
    }

    private bool Change(ushort type, DefaultRoute route) => type == RTM_NEWROUTE ? _routes.Add(route) : _routes.Remove(route);

    private bool TakeNeighbour(in NetlinkMessage message)
    {
        ReadOnlySpan<byte> payload = message.Payload;
        int device = MemoryMarshal.Read<int>(payload[4..]);
        ushort state = MemoryMarshal.Read<ushort>(payload[8..]);
        ReadOnlySpan<byte> attributes = payload[12..];
        while (NetlinkMessage.TryCutAttribute(ref attributes, out int type, out ReadOnlySpan<byte> value))
        {
            if (type == NDA_DST && ReadAddress(value) is { } address)
            {
                if (message.Type == RTM_DELNEIGH)
                {
                    return _neighbours.Remove((device, address));
                }

                bool changed = !_neighbours.TryGetValue((device, address), out ushort before) || before != state;
                _neighbours[(device, address)] = state;
                return changed;
            }
        }

        return false;
    }

    private static IPAddress? ReadAddress(ReadOnlySpan<byte> value) => value.Length is 4 or 16 ? new IPAddress(value) : null;

    private sealed record Address(uint Flags, byte Scope, int Order)
    {
        public bool IsUsable => (Flags & (IFA_F_DADFAILED | IFA_F_DEPRECATED | IFA_F_TENTATIVE)) == 0;
    }

    private readonly record struct DefaultRoute(int Device, IPAddress Router, uint Metric);
}
