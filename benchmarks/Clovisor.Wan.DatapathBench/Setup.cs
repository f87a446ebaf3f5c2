using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.DatapathBench;

/// <summary>Puts the datapath in force in this network namespace, for the flows that the flood sends, and leaves it there.</summary>
internal static class Setup
{
    /// <summary>The DSCP that TCP flows are tagged with, since their ports are not known before.</summary>
    private const byte Tag = 46;

    internal static void Run(string pins, bool lan, int associations, int sessions, int firstPort)
    {
        using BpfWanDatapath datapath = BpfWanDatapath.Start(new WanDatapathSettings { PinDirectory = pins, SweepInterval = Timeout.InfiniteTimeSpan });
        var plan = new DatapathPlan
        {
            Links = [Link(0), Link(1)],
            Associations = [.. Enumerable.Range(0, associations).Select(i => new DatapathAssociation { Name = string.Create(CultureInfo.InvariantCulture, $"class-{i}") })],
            Tags = [new DscpTag(Tag, 0)],
            LanInterfaces = lan ? [IndexOf("lan0")] : [],
        };
        byte[] slots = new byte[associations * DatapathPlan.SlotsPerAssociation];
        Array.Fill(slots, (byte)1);
        datapath.Apply(plan, slots);
        var server = new IPEndPoint(IPAddress.Parse("203.0.113.10"), 9);
        for (int i = 0; i < sessions; i++)
        {
            var flow = new SessionTuple(ProtocolType.Udp, new IPEndPoint(IPAddress.Parse("192.168.7.2"), firstPort + i), server);
            datapath.Admit(flow, i % associations);
        }
    }

    private static DatapathLink Link(int number) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"wan{number}"),
        InterfaceIndex = IndexOf(string.Create(CultureInfo.InvariantCulture, $"wan{number}")),
        Addressing = AddressingKind.Translated,
        NextHopV4 = IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.9.{number}.2")),
        SourceV4 = IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.9.{number}.1")),
        Usable = true,
    };

    private static int IndexOf(string device) => NetworkInterface.GetAllNetworkInterfaces()
        .Single(candidate => candidate.Name == device).GetIPProperties().GetIPv4Properties().Index;
}
