using System.Net.Sockets;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>What happens to one link or association is no business of the sessions of others.</summary>
public sealed class PolicyChangeTests : IDisposable
{
    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_link_that_fails_ends_its_own_connections_and_no_others(bool v6)
    {
        BpfWanDatapath datapath = Start();
        EchoClient[] stay = [Open(datapath, v6, 0), Open(datapath, v6, 0)], go = [Open(datapath, v6, 1), Open(datapath, v6, 1)];

        datapath.SetSlots(1, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);

        foreach (EchoClient client in go)
        {
            client.Send([1]);
            Assert.Equal(SocketError.ConnectionReset, client.Failure());
        }

        Assert.All(stay, static client => client.Echo(50_000));
        Assert.Equal(2, datapath.Counters()[DatapathReason.OutReset]);
        Assert.Equal(2, datapath.Sessions().Count);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_connections_go_on_when_policy_changes(bool v6)
    {
        BpfWanDatapath datapath = Start();
        EchoClient boss = Open(datapath, v6, 0), minion = Open(datapath, v6, 1);
        DatapathPlan plan = _lab.Plan(associations: ["minion", "other", "boss"]);

        // Other places, other links; then neither association is left.
        foreach ((DatapathPlan next, byte[] slots) in new[] { (plan, WanLab.AllSlots(0, 1, 1)), (_lab.Plan(associations: ["other"]), WanLab.AllSlots(0)) })
        {
            _lab.Apply(datapath, next, slots);
            (long before0, long before1) = (_lab.CloudReceived(0), _lab.CloudReceived(1));
            boss.Echo(50_000);
            Assert.InRange(_lab.CloudReceived(0) - before0, 50_000, 100_000);
            minion.Echo(50_000);
            Assert.InRange(_lab.CloudReceived(1) - before1, 50_000, 100_000);
        }

        Assert.Equal(0, datapath.Counters()[DatapathReason.OutReset]);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Connections_of_other_links_go_on_when_a_link_is_removed_and_added_again(bool v6)
    {
        BpfWanDatapath datapath = Start();
        EchoClient boss = Open(datapath, v6, 0);
        Open(datapath, v6, 1).Dispose();
        DatapathPlan plan = _lab.Plan(associations: ["boss", "minion"]);

        _lab.Apply(datapath, plan with { Links = [plan.Links[0]] }, WanLab.AllSlots(0, 0));
        boss.Echo(50_000);
        _lab.Apply(datapath, plan with { Links = [plan.Links[1], plan.Links[0]] }, WanLab.AllSlots(1, 0));
        boss.Echo(50_000);

        Open(datapath, v6, 1);
        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
        boss.Echo();
    }

    // Boss by wan0, minion by wan1.
    private BpfWanDatapath Start()
    {
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(associations: ["boss", "minion"]), WanLab.AllSlots(0, 1));
        return datapath;
    }

    private EchoClient Open(BpfWanDatapath datapath, bool v6, int association)
    {
        EchoClient client = _lab.Client(tcp: true, v6);
        datapath.Admit(client.Tuple, association);
        client.Echo();
        return client;
    }
}
