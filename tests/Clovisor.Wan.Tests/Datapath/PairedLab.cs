using System.Net;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Two sites with a datapath each and two paired links between them. An echo server is behind the second.</summary>
internal sealed class PairedLab : IDisposable
{
    private readonly string _cloudPins;

    internal PairedLab()
    {
        _cloudPins = Lab.PinDirectory + "-cloud";
        Server = Lab.Own(Lab.Cloud.Run(() => new EchoServer(from link in new[] { 0, 1 } from v6 in new[] { false, true } select PeerAddress(link, v6))));
        Edge = Lab.Start();
        Lab.Apply(Edge, EdgePlan(), WanLab.AllSlots(0));
        Cloud = Lab.Cloud.Run(() => BpfWanDatapath.Start(Lab.Settings() with { PinDirectory = _cloudPins }));
        Lab.Cloud.Run(() => Cloud.Apply(CloudPlan(), []));
    }

    internal WanLab Lab { get; } = new();

    internal EchoServer Server { get; }

    internal BpfWanDatapath Edge { get; }

    internal BpfWanDatapath Cloud { get; }

    public void Dispose()
    {
        Cloud.Dispose();
        Edge.Dispose();
        Server.Dispose();
        Lab.Cloud.Run(() => BpfWanDatapath.Uninstall(_cloudPins));
        Lab.Dispose();
    }

    internal static IPAddress PeerAddress(int link, bool v6) => IPAddress.Parse(v6 ? $"fd09:{link}::2" : $"10.9.{link}.2");

    /// <summary>Of a session that is reported before its first packet.</summary>
    internal EchoClient Client(bool tcp, bool v6, int link = 0, int sourcePort = 0)
    {
        EchoClient client = Lab.Own(Lab.Edge.Run(() => new EchoClient(tcp, WanLab.LinkSource(link, v6), PeerAddress(link, v6), 0, sourcePort: sourcePort)));
        Edge.Admit(client.Tuple, 0);
        return client;
    }

    internal DatapathPlan EdgePlan() => Lab.Plan() with { Links = [Paired(0), Paired(1)] };

    internal DatapathLink Paired(int link) => Lab.Link(link) with
    {
        Addressing = AddressingKind.Paired,
        Peer = "cloud",
        PeerV4 = PeerAddress(link, v6: false),
        PeerV6 = PeerAddress(link, v6: true),
    };

    internal DatapathPlan CloudPlan() => new()
    {
        Links = [.. Enumerable.Range(0, 2).Select(link => new DatapathLink
        {
            Name = WanLab.CloudDevice(link),
            InterfaceIndex = Lab.Cloud.IndexOf(WanLab.CloudDevice(link)),
            Addressing = AddressingKind.Paired,
            NextHopV4 = WanLab.LinkSource(link, v6: false),
            NextHopV6 = WanLab.LinkSource(link, v6: true),
            SourceV4 = PeerAddress(link, v6: false),
            SourceV6 = PeerAddress(link, v6: true),
            Peer = "edge",
            PeerV4 = WanLab.LinkSource(link, v6: false),
            PeerV6 = WanLab.LinkSource(link, v6: true),
            Usable = true,
        })],
        Associations = [],
    };
}
