using System.Net.Sockets;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Sessions on a link that works, which their association has left.</summary>
public sealed class SettlingTests : IDisposable
{
    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [KernelFact]
    public void A_translated_connection_on_a_link_that_works_is_reset_when_it_is_settled_and_not_before()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        datapath.SetSlots(0, WanLab.AllSlots(0));
        client.Echo();

        Assert.Equal(1, datapath.Settle(0, 1));
        client.Send([1, 2, 3]);

        Assert.Equal(SocketError.ConnectionReset, client.Failure());
        Assert.Equal(0, datapath.Settle(0, 1));
    }

    [KernelFact]
    public void Datagrams_that_are_settled_go_on_by_the_next_link()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: false, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        datapath.SetSlots(0, WanLab.AllSlots(0));

        Assert.Equal(1, datapath.Settle(0, 1));
        client.Echo();

        Assert.Equal(client.Source, _lab.Server.LastPeer);
    }

    [KernelFact]
    public void Sessions_that_their_slot_still_names_and_those_that_drain_stay()
    {
        DatapathPlan plan = _lab.Plan();
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: plan);
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        Assert.Equal(0, datapath.Settle(0, 1));

        _lab.Apply(datapath, plan with { Associations = [plan.Associations[0] with { TcpOnLinkDown = LinkDownAction.Drain }] }, WanLab.AllSlots(0));
        Assert.Equal(0, datapath.Settle(0, 1));
        client.Echo();
    }

    [KernelFact]
    public void A_slot_that_is_given_decides_over_the_one_of_the_tuple()
    {
        byte[] slots = WanLab.AllSlots(0);
        slots[17] = 1;
        BpfWanDatapath datapath = _lab.StartOnWan1();
        datapath.SetSlots(0, slots);
        for (int i = 0; i < 5; i++)
        {
            EchoClient client = _lab.Client(tcp: true, v6: false);
            Assert.Equal(1, datapath.Admit(client.Tuple, 0, slot: 17));
            client.Echo();
            Assert.Equal(WanLab.LinkSource(1, v6: false), _lab.Server.LastPeer!.Address);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => datapath.Admit(_lab.Client(tcp: true, v6: false).Tuple, 0, slot: 64));
    }
}
