using System.Net;
using System.Net.Sockets;
using Clovisor.Wan.Netlink;

namespace Clovisor.Wan.Links;

/// <summary>What the network table says of a link: its device, its routers and addresses, and what stands in its way.</summary>
internal sealed record LinkPath
{
    public required WanLink Link { get; init; }

    /// <summary>The device's index; null when there is no such device.</summary>
    public int? Index { get; init; }

    public IPAddress? NextHopV4 { get; init; }

    public IPAddress? NextHopV6 { get; init; }

    public IPAddress? SourceV4 { get; init; }

    public IPAddress? SourceV6 { get; init; }

    /// <summary>What keeps the link from working, whatever probes say; null when nothing does.</summary>
    public LinkState? Obstacle { get; init; }

    /// <summary>The obstacle in words; empty when there is none.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Whether the obstacle is that of the link beneath.</summary>
    public bool Inherited { get; init; }

    public IPAddress? SourceOf(AddressFamily family) => family == AddressFamily.InterNetwork ? SourceV4 : SourceV6;

    /// <summary>Whether there is a router to send to, by one family at least.</summary>
    public bool LeadsAnywhere => NextHopV4 is not null || NextHopV6 is not null;

    /// <summary>Whether packets would leave the same way: same device, routers and addresses.</summary>
    public bool LeadsAs(LinkPath other) =>
        Index == other.Index
        && Equals(NextHopV4, other.NextHopV4) && Equals(NextHopV6, other.NextHopV6)
        && Equals(SourceV4, other.SourceV4) && Equals(SourceV6, other.SourceV6);

    /// <summary>Looks a link up.</summary>
    public static LinkPath Find(WanLink link, NetworkTable table)
    {
        if (table.FindDevice(link.Device) is not { } device)
        {
            return new LinkPath
            {
                Link = link,
                Obstacle = LinkState.Absent,
                Reason = $"there is no network device '{link.Device}' in this network namespace",
            };
        }

        (IPAddress? hopV4, IPAddress? sourceV4, string whyV4) = FindFamily(link, device, table, AddressFamily.InterNetwork);
        (IPAddress? hopV6, IPAddress? sourceV6, string whyV6) = FindFamily(link, device, table, AddressFamily.InterNetworkV6);
        var path = new LinkPath
        {
            Link = link,
            Index = device.Index,
            NextHopV4 = hopV4,
            NextHopV6 = hopV6,
            SourceV4 = sourceV4,
            SourceV6 = sourceV6,
        };
        if (!device.IsUp)
        {
            return path with { Obstacle = LinkState.AdminDown, Reason = $"'{link.Device}' is set down; 'ip link set {link.Device} up' sets it up" };
        }

        if (!device.HasCarrier)
        {
            return path with { Obstacle = LinkState.NoCarrier, Reason = $"'{link.Device}' has no carrier" };
        }

        if (hopV4 is null && hopV6 is null)
        {
            string why = whyV6.Length == 0 || whyV4 == whyV6 ? whyV4 : whyV4.Length == 0 ? whyV6 : $"{whyV4}; {whyV6}";
            return path with { Obstacle = LinkState.NoAddress, Reason = why };
        }

        IPAddress[] hops = [.. new[] { hopV4, hopV6 }.OfType<IPAddress>()];
        return hops.All(hop => table.NeighbourFailed(device.Index, hop))
            ? path with
            {
                Obstacle = LinkState.Down,
                Reason = $"next hop {string.Join(" and ", hops.AsEnumerable())} on '{link.Device}' does not answer (neighbour entry FAILED)",
            }
            : path;
    }

    private static (IPAddress? Hop, IPAddress? Source, string Why) FindFamily(
        WanLink link, NetworkDevice device, NetworkTable table, AddressFamily family)
    {
        string name = family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";
        IPAddress? given = link.Addresses.FirstOrDefault(address => address.AddressFamily == family);
        IPAddress? source = link.Addresses.IsEmpty ? table.SourceOn(device.Index, family) : given;
        // Where nobody is asked for a hardware address, the device itself leads to the far end, and any address stands for that.
        IPAddress? hop = link.NextHops.IsEmpty
            ? table.DefaultRouterOn(device.Index, family) ?? (device.ResolvesNeighbours ? null : source)
            : link.NextHops.FirstOrDefault(address => address.AddressFamily == family);
        if (given is not null && !table.HasAddress(device.Index, given))
        {
            return (null, null, $"address {given} is not on '{link.Device}'; add it or write 'addresses: auto'");
        }

        bool wanted = link.NextHops.IsEmpty || hop is not null;
        return (hop, source) switch
        {
            _ when !wanted => (null, source, ""),
            (null, null) => (null, null, $"'{link.Device}' has no {name} address"),
            (null, _) => (null, source, $"no {name} next hop: there is no default route by '{link.Device}'; add one or write nextHop"),
            (_, null) when link.Addressing != AddressingKind.Preserved => (null, null, $"'{link.Device}' has no {name} address"),
            _ => (hop, source, ""),
        };
    }
}
