using System.Net.Sockets;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Who has no link is told so, as by an unreachable route: real sockets, on the node and behind it.</summary>
public sealed class UnreachableTests : IDisposable
{
    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    // What the kernel makes of ICMPv6 "no route" is another error than it makes of ICMP "host unreachable".
    private static SocketError Unreachable(bool v6) => v6 ? SocketError.NetworkUnreachable : SocketError.HostUnreachable;

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_of_the_node_fails(bool v6)
    {
        BpfWanDatapath datapath = Start(_lab.Plan());
        EchoClient client = _lab.Client(tcp: true, v6);
        datapath.Admit(client.Tuple, 0);

        SocketException failure = Assert.Throws<SocketException>(client.Connect);

        // It heard nothing within connect(), so that it was asked to send again, which it answered with a reset, and did at once: not by its timer.
        Assert.Equal(Unreachable(v6), failure.SocketErrorCode);
        IReadOnlyDictionary<DatapathReason, long> counters = datapath.Counters();
        Assert.Equal((2, 1), (counters[DatapathReason.OutUnreachable], counters[DatapathReason.OutNoLinkDropped]));
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_through_the_node_fails(bool v6)
    {
        LanSide lan = _lab.AddLan();
        BpfWanDatapath datapath = Start(lan.Plan());
        EchoClient client = lan.Client(tcp: true, v6);
        datapath.Admit(client.Tuple, 0);

        SocketException failure = Assert.Throws<SocketException>(client.Connect);

        Assert.Equal(Unreachable(v6), failure.SocketErrorCode);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_is_there_as_soon_as_there_is_a_link(bool v6)
    {
        BpfWanDatapath datapath = Start(_lab.Plan());
        EchoClient refused = _lab.Client(tcp: true, v6, sourcePort: 40123);
        datapath.Admit(refused.Tuple, 0);
        Assert.Throws<SocketException>(refused.Connect);
        refused.Dispose();

        datapath.SetSlots(0, WanLab.AllSlots(1));
        EchoClient client = _lab.Client(tcp: true, v6, sourcePort: 40123);
        datapath.Admit(client.Tuple, 0);

        client.Echo();
        Assert.Equal(1, Assert.Single(datapath.Sessions()).Link);
    }

    private BpfWanDatapath Start(DatapathPlan plan)
    {
        BpfWanDatapath datapath = _lab.Start();
        var association = new DatapathAssociation { Name = "minion", OnNoLink = NoLinkAction.Unreachable };
        _lab.Apply(datapath, plan with { Associations = [association] }, WanLab.AllSlots(DatapathPlan.NoLink));
        return datapath;
    }
}
