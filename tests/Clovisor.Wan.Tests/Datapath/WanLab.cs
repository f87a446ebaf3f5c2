using System.Globalization;
using System.Net;
using System.Text.Json;
using Clovisor.Bpf.Networking;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>
/// An edge and a cloud, joined by wan0 and wan1. The node's own routes send everything by wan0, and reverse path filters are strict.
/// The cloud serves on addresses that it has on no link.
/// </summary>
internal sealed class WanLab : IDisposable
{
    internal const string ServerV4 = "203.0.113.10";
    internal const string ServerV6 = "fd00::10";

    private static int _counter;
    private readonly List<IDisposable> _owned = [];

    /// <param name="withoutEthernet">The links whose devices have no hardware addresses.</param>
    internal WanLab(params int[] withoutEthernet)
    {
        Edge = new NetworkNamespace("edge");
        Cloud = new NetworkNamespace("cloud");
        try
        {
            // Duplicate address detection would keep the neighbours of fresh devices silent for seconds.
            foreach (NetworkNamespace side in new[] { Edge, Cloud })
            {
                side.Exec("sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0");
            }

            // A router asks for neighbours with its own address, not with one of the hosts behind it.
            Cloud.Exec("sysctl", "-qw", "net.ipv4.conf.all.arp_announce=2");
            for (int i = 0; i < 2; i++)
            {
                if (withoutEthernet.Contains(i))
                {
                    Own(new TunWire(Edge, Device(i), Cloud, CloudDevice(i)));
                }
                else
                {
                    Edge.AddVeth(Device(i), Cloud, CloudDevice(i));
                }

                Edge.AddAddress(Device(i), $"10.9.{i}.1/24");
                Edge.AddAddress(Device(i), $"fd09:{i}::1/64");
                Cloud.AddAddress(CloudDevice(i), $"10.9.{i}.2/24");
                Cloud.AddAddress(CloudDevice(i), $"fd09:{i}::2/64");
                Edge.Exec("sysctl", "-qw", $"net.ipv4.conf.{Device(i)}.rp_filter=1");
            }

            Cloud.AddAddress("lo", ServerV4 + "/32");
            Cloud.AddAddress("lo", ServerV6 + "/128");
            Edge.Ip("route", "add", "default", "via", "10.9.0.2");
            Edge.Ip("-6", "route", "add", "default", "via", "fd09:0::2");
            Server = Own(Cloud.Run(() => new EchoServer([IPAddress.Parse(ServerV4), IPAddress.Parse(ServerV6)])));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Puts a LAN behind the edge, which routes for it.</summary>
    internal LanSide AddLan(bool withoutEthernet = false) => Own(new LanSide(this, withoutEthernet));

    internal NetworkNamespace Edge { get; }

    internal NetworkNamespace Cloud { get; }

    internal EchoServer Server { get; } = null!;

    /// <summary>A directory of its own, where a BPF file system will be mounted.</summary>
    internal string PinDirectory { get; } = Path.Combine(
        Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"clvt-pins-{Environment.ProcessId}-{Interlocked.Increment(ref _counter)}"));

    internal static string Device(int link) => $"wan{link}";

    internal static string CloudDevice(int link) => $"c{link}";

    internal static IPAddress LinkSource(int link, bool v6) =>
        IPAddress.Parse(v6 ? $"fd09:{link}::1" : $"10.9.{link}.1");

    internal static byte[] AllSlots(params ReadOnlySpan<byte> links)
    {
        byte[] slots = new byte[links.Length * DatapathPlan.SlotsPerAssociation];
        for (int i = 0; i < slots.Length; i++)
        {
            slots[i] = links[i / DatapathPlan.SlotsPerAssociation];
        }

        return slots;
    }

    internal WanDatapathSettings Settings(TcAttachmentKind? hook = null) => new()
    {
        PinDirectory = PinDirectory,
        MaxSessions = 256,
        Hook = hook,
        SweepInterval = Timeout.InfiniteTimeSpan,
    };

    internal BpfWanDatapath Start(WanDatapathSettings? settings = null) => Own(Edge.Run(() => BpfWanDatapath.Start(settings ?? Settings())));

    /// <summary>Starts with both links and one association, "minion", whose every slot names wan1.</summary>
    internal BpfWanDatapath StartOnWan1(WanDatapathSettings? settings = null, DatapathPlan? plan = null)
    {
        BpfWanDatapath datapath = Start(settings);
        Apply(datapath, plan ?? Plan(), AllSlots(1));
        return datapath;
    }

    internal void Apply(BpfWanDatapath datapath, DatapathPlan plan, byte[] slots) => Edge.Run(() => datapath.Apply(plan, slots));

    internal DatapathLink Link(int link, AddressingKind addressing = AddressingKind.Translated, bool usable = true) => new()
    {
        Name = Device(link),
        InterfaceIndex = Edge.IndexOf(Device(link)),
        Addressing = addressing,
        NextHopV4 = IPAddress.Parse($"10.9.{link}.2"),
        NextHopV6 = IPAddress.Parse($"fd09:{link}::2"),
        SourceV4 = LinkSource(link, v6: false),
        SourceV6 = LinkSource(link, v6: true),
        Usable = usable,
    };

    internal DatapathPlan Plan(AddressingKind addressing = AddressingKind.Translated, byte? tag = null, params string[] associations) => new()
    {
        Links = [Link(0, addressing), Link(1, addressing)],
        Associations = [.. (associations.Length == 0 ? ["minion"] : associations).Select(name => new DatapathAssociation { Name = name })],
        Tags = tag is { } dscp ? [new DscpTag(dscp, 0)] : [],
    };

    internal EchoClient Client(bool tcp, bool v6, byte dscp = 0, string? device = null, int sourcePort = 0) =>
        Own(Edge.Run(() => new EchoClient(tcp, LinkSource(0, v6), IPAddress.Parse(v6 ? ServerV6 : ServerV4), dscp, device, sourcePort: sourcePort)));

    /// <summary>Bytes that the cloud received by a link, as its device counted them.</summary>
    internal long CloudReceived(int link) => Received(Cloud, CloudDevice(link));

    /// <summary>The same of the edge.</summary>
    internal long EdgeReceived(int link) => Received(Edge, Device(link));

    private static long Received(NetworkNamespace side, string device)
    {
        using var statistics = JsonDocument.Parse(side.Ip("-j", "-s", "link", "show", "dev", device));
        return statistics.RootElement[0].GetProperty("stats64").GetProperty("rx").GetProperty("bytes").GetInt64();
    }

    internal T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    public void Dispose()
    {
        try
        {
            foreach (IDisposable owned in Enumerable.Reverse(_owned))
            {
                owned.Dispose();
            }

            Edge.Run(() => BpfWanDatapath.Uninstall(PinDirectory));
        }
        finally
        {
            Edge.Dispose();
            Cloud.Dispose();
        }
    }
}
