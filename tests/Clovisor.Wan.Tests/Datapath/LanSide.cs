using System.Net;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>A host on a LAN of the edge. The cloud knows the LAN by no route, but for tests that give it one.</summary>
internal sealed class LanSide : IDisposable
{
    internal const string Device = "lan0";
    internal const string HostV4 = "192.168.7.2";
    internal const string HostV6 = "fd07::2";

    private readonly WanLab _lab;
    private TunWire? _wire;

    internal LanSide(WanLab lab, bool withoutEthernet)
    {
        _lab = lab;
        Host = new NetworkNamespace("lan");
        try
        {
            Host.Exec("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0");
            if (withoutEthernet)
            {
                _wire = new TunWire(lab.Edge, Device, Host, "host0");
            }
            else
            {
                lab.Edge.AddVeth(Device, Host, "host0");
            }

            lab.Edge.AddAddress(Device, "192.168.7.1/24");
            lab.Edge.AddAddress(Device, "fd07::1/64");
            Host.AddAddress("host0", HostV4 + "/24");
            Host.AddAddress("host0", HostV6 + "/64");
            Host.Ip("route", "add", "default", "via", "192.168.7.1");
            Host.Ip("-6", "route", "add", "default", "via", "fd07::1");
            lab.Edge.Exec("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal NetworkNamespace Host { get; }

    internal int InterfaceIndex => _lab.Edge.IndexOf(Device);

    internal static IPAddress Address(bool v6) => IPAddress.Parse(v6 ? HostV6 : HostV4);

    /// <summary>The lab's plan, with this LAN in it.</summary>
    internal DatapathPlan Plan(AddressingKind addressing = AddressingKind.Translated, byte? tag = null) =>
        _lab.Plan(addressing, tag) with { LanInterfaces = [InterfaceIndex] };

    internal EchoClient Client(bool tcp, bool v6, byte dscp = 0) => _lab.Own(
        Host.Run(() => new EchoClient(tcp, Address(v6), IPAddress.Parse(v6 ? WanLab.ServerV6 : WanLab.ServerV4), dscp)));

    /// <summary>Has the cloud send what is for the LAN by a link: for hosts that keep their own addresses.</summary>
    internal void RouteBack(int link)
    {
        _lab.Cloud.Ip("route", "replace", "192.168.7.0/24", "via", $"10.9.{link}.1");
        _lab.Cloud.Ip("-6", "route", "replace", "fd07::/64", "via", $"fd09:{link}::1");
    }

    public void Dispose()
    {
        _wire?.Dispose();
        _wire = null;
        Host.Dispose();
    }
}
