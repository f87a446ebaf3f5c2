using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Clovisor.Wan.Netlink;

namespace Clovisor.Wan.Tests.Netlink;

/// <summary>Feeds a network table with messages as the kernel writes them.</summary>
internal sealed class RecordedNetwork
{
    private const uint Up = 0x1;
    private const uint LowerUp = 0x10000;

    public NetworkTable Table { get; } = new();

    public bool Link(int index, string name, bool up = true, bool carrier = true, byte operationalState = 6, bool resolves = true)
    {
        byte[] payload = new byte[16];
        MemoryMarshal.Write(payload.AsSpan(4), index);
        MemoryMarshal.Write(payload.AsSpan(8), (up ? Up : 0) | (carrier ? LowerUp : 0) | (resolves ? 0 : Rtnetlink.IFF_NOARP));
        return Take(Rtnetlink.RTM_NEWLINK, payload, (Rtnetlink.IFLA_IFNAME, [.. Encoding.UTF8.GetBytes(name), 0]), (Rtnetlink.IFLA_OPERSTATE, [operationalState]));
    }

    public bool LinkGone(int index)
    {
        byte[] payload = new byte[16];
        MemoryMarshal.Write(payload.AsSpan(4), index);
        return Take(Rtnetlink.RTM_DELLINK, payload);
    }

    public bool Address(int index, string address, uint flags = 0, byte scope = 0, bool gone = false)
    {
        byte[] payload = new byte[8];
        payload[3] = scope;
        MemoryMarshal.Write(payload.AsSpan(4), index);
        return Take(
            gone ? Rtnetlink.RTM_DELADDR : Rtnetlink.RTM_NEWADDR,
            payload,
            (Rtnetlink.IFA_ADDRESS, IPAddress.Parse(address).GetAddressBytes()),
            (Rtnetlink.IFA_FLAGS, BitConverter.GetBytes(flags)));
    }

    public bool DefaultRoute(int index, string router, uint metric = 0, uint table = 254, ushort flags = 0, bool gone = false) =>
        Route(router, metric, table, flags, gone, (Rtnetlink.RTA_OIF, BitConverter.GetBytes(index)), (Rtnetlink.RTA_GATEWAY, IPAddress.Parse(router).GetAddressBytes()));

    public bool MultipathDefault(params (int Index, string Router)[] hops)
    {
        byte[] nested =
        [
            .. hops.SelectMany(static hop => (byte[])
            [
                16, 0, 0, 0, .. BitConverter.GetBytes(hop.Index), 8, 0, Rtnetlink.RTA_GATEWAY, 0, .. IPAddress.Parse(hop.Router).GetAddressBytes(),
            ]),
        ];
        return Route(hops[0].Router, 0, 254, 0, false, (Rtnetlink.RTA_MULTIPATH, nested));
    }

    public bool Neighbour(int index, string address, ushort state, bool gone = false)
    {
        byte[] payload = new byte[12];
        MemoryMarshal.Write(payload.AsSpan(4), index);
        MemoryMarshal.Write(payload.AsSpan(8), state);
        return Take(
            gone ? Rtnetlink.RTM_DELNEIGH : Rtnetlink.RTM_NEWNEIGH, payload, (Rtnetlink.NDA_DST, IPAddress.Parse(address).GetAddressBytes()));
    }

    public bool Take(ushort type, byte[] payload, params (int Type, byte[] Value)[] attributes) => Take(type, 0, payload, attributes);

    private bool Route(string router, uint metric, uint table, ushort flags, bool gone, params (int Type, byte[] Value)[] attributes)
    {
        byte[] payload = new byte[12];
        payload[0] = (byte)(IPAddress.Parse(router).AddressFamily == AddressFamily.InterNetwork ? 2 : 10);
        payload[4] = (byte)table;
        payload[7] = Rtnetlink.RTN_UNICAST;
        return Take(
            gone ? Rtnetlink.RTM_DELROUTE : Rtnetlink.RTM_NEWROUTE, flags, payload, [.. attributes, (Rtnetlink.RTA_PRIORITY, BitConverter.GetBytes(metric))]);
    }

    private bool Take(ushort type, ushort flags, byte[] payload, (int Type, byte[] Value)[] attributes)
    {
        byte[] body =
        [
            .. payload,
            .. attributes.SelectMany(static attribute => (byte[])
            [
                .. BitConverter.GetBytes((ushort)(4 + attribute.Value.Length)), .. BitConverter.GetBytes((ushort)attribute.Type), .. attribute.Value,
                .. new byte[NetlinkMessage.Align(attribute.Value.Length) - attribute.Value.Length],
            ]),
        ];
        return Table.Take(new NetlinkMessage(type, flags, 0, body));
    }
}
