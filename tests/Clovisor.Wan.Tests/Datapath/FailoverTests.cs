using System.Net;
using System.Net.Sockets;
using Clovisor.Testing;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

public sealed class FailoverTests : IDisposable
{
    private const string Routed = "198.51.100.1";
    private const string RoutedV6 = "fd51::1";

    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Resets_a_translated_connection_on_its_next_send_when_its_link_is_gone(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6);
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);
        client.Send([1, 2, 3]);

        Assert.Equal(SocketError.ConnectionReset, client.Failure());
        Assert.Equal(1, datapath.Counters()[DatapathReason.OutReset]);
        Assert.Empty(datapath.Sessions());
    }

    [KernelFact]
    public void Resets_a_large_send_too()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo(200_000);

        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);
        client.Send(new byte[20_000]);

        Assert.Equal(SocketError.ConnectionReset, client.Failure());
    }

    [KernelFact]
    public void Connects_anew_by_the_next_link_after_the_reset()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);
        client.Send([1]);
        Assert.Equal(SocketError.ConnectionReset, client.Failure());

        EchoClient next = _lab.Client(tcp: true, v6: false);
        Assert.Equal(0, datapath.Admit(next.Tuple, 0));
        next.Echo();

        Assert.Equal(next.Source, _lab.Server.LastPeer);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gives_udp_the_next_link_and_its_address_at_once(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: false, v6);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);

        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);
        client.Echo();

        Assert.Equal(client.Source, _lab.Server.LastPeer);
        Assert.Equal(1, datapath.Maps.Reverse.CountEntries());
    }

    [KernelFact]
    public void Leaves_a_translated_session_on_a_link_that_still_works_when_its_slots_move()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        long before = _lab.CloudReceived(1);

        datapath.SetSlots(0, WanLab.AllSlots(0));
        client.Echo(100_000);

        Assert.True(_lab.CloudReceived(1) - before > 100_000, "the session left its link");
    }

    [KernelFact]
    public void Lets_a_draining_session_go_on_when_its_link_is_back()
    {
        BpfWanDatapath datapath = _lab.Start();
        DatapathPlan plan = _lab.Plan() with { Associations = [new DatapathAssociation { Name = "minion", TcpOnLinkDown = LinkDownAction.Drain }] };
        _lab.Apply(datapath, plan, WanLab.AllSlots(1));
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);
        Task back = Task.Run(() => client.Echo());
        Assert.True(SpinWait.SpinUntil(() => datapath.Counters()[DatapathReason.OutWaiting] > 0, 10_000), "nothing waited");
        Assert.False(back.IsCompleted);
        datapath.SetLinkUsable(1, true);

        back.Wait(30_000, TestContext.Current.CancellationToken);
        Assert.True(back.IsCompletedSuccessfully);
    }

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Moves_a_live_session_between_links_that_preserve_addresses(bool tcp, bool v6)
    {
        RouteHome();
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(AddressingKind.Preserved), WanLab.AllSlots(0));
        EchoClient client = _lab.Own(_lab.Edge.Run(() => new EchoClient(
            tcp, IPAddress.Parse(v6 ? RoutedV6 : Routed), IPAddress.Parse(v6 ? WanLab.ServerV6 : WanLab.ServerV4), 0)));
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        int size = tcp ? 100_000 : 1200;

        for (byte link = 1; link < 4; link++)
        {
            long before = _lab.CloudReceived(link % 2);
            datapath.SetSlots(0, WanLab.AllSlots((byte)(link % 2)));
            client.Echo(size);
            Assert.True(_lab.CloudReceived(link % 2) - before > size, $"the session did not move to wan{link % 2}");
        }

        Assert.Null(Assert.Single(datapath.Sessions()).TranslatedSource);
    }

    [KernelFact]
    public void Counts_a_reply_once_though_it_passes_two_devices()
    {
        RouteHome();
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(AddressingKind.Preserved), WanLab.AllSlots(1));
        EchoClient client = _lab.Own(_lab.Edge.Run(() => new EchoClient(false, IPAddress.Parse(Routed), IPAddress.Parse(WanLab.ServerV4), 0)));
        datapath.Admit(client.Tuple, 0);
        // Replies come by wan1, and the node's routes send by wan0.
        _lab.Cloud.Ip("route", "replace", Routed, "via", "10.9.1.1");

        client.Echo(100);
        client.Echo(100);

        WanSession session = Assert.Single(datapath.Sessions());
        Assert.Equal((2 * 128, 2 * 128), (session.BytesOut, session.BytesIn));
        Assert.Equal(2, datapath.Counters()[DatapathReason.InReturned]);
    }

    [KernelFact]
    public void Follows_the_nodes_routes_when_the_home_device_goes_down()
    {
        RouteHome();
        _lab.Edge.Ip("route", "add", "default", "via", "10.9.1.2", "metric", "100");
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(AddressingKind.Preserved), WanLab.AllSlots(1));
        _lab.Cloud.Ip("route", "replace", Routed, "via", "10.9.1.1");
        EchoClient client = _lab.Own(_lab.Edge.Run(() => new EchoClient(true, IPAddress.Parse(Routed), IPAddress.Parse(WanLab.ServerV4), 0)));
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        _lab.Edge.Ip("link", "set", "wan0", "down");

        client.Echo(50_000);
    }

    [KernelFact]
    public void Resets_connections_when_their_link_gets_another_address()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        _lab.Edge.AddAddress("wan1", "10.9.1.99/24");
        DatapathPlan plan = _lab.Plan();
        plan = plan with { Links = [plan.Links[0], plan.Links[1] with { SourceV4 = IPAddress.Parse("10.9.1.99") }] };

        _lab.Apply(datapath, plan, WanLab.AllSlots(1));
        client.Send([1]);
        Assert.Equal(SocketError.ConnectionReset, client.Failure());
        EchoClient next = _lab.Client(tcp: true, v6: false);
        datapath.Admit(next.Tuple, 0);
        next.Echo();

        Assert.Equal(IPAddress.Parse("10.9.1.99"), _lab.Server.LastPeer.Address);
    }

    [KernelFact]
    public void Leaves_connections_alone_when_only_the_next_hop_changes()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        _lab.Cloud.AddAddress("c1", "10.9.1.3/24");
        DatapathPlan plan = _lab.Plan();
        plan = plan with { Links = [plan.Links[0], plan.Links[1] with { NextHopV4 = IPAddress.Parse("10.9.1.3") }] };

        _lab.Apply(datapath, plan, WanLab.AllSlots(1));

        client.Echo(10_000);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Carries_connections_over_a_link_with_a_smaller_mtu(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        _lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");
        EchoClient client = _lab.Client(tcp: true, v6);
        datapath.Admit(client.Tuple, 0);

        client.Echo(100_000);

        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
        // Both ends were told the size as the connection opened.
        Assert.Equal(0, datapath.Counters()[DatapathReason.OutTooBig]);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tells_a_connection_that_its_link_carries_less_than_when_it_opened(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        _lab.Edge.Ip("link", "set", "wan1", "mtu", "1300");

        client.Echo(100_000);

        Assert.True(datapath.Counters()[DatapathReason.OutTooBig] > 0, "no packet was too big");
    }

    /// <summary>An address of the edge that the cloud reaches by either link, as with a provider-independent one.</summary>
    private void RouteHome()
    {
        _lab.Edge.AddAddress("lo", Routed + "/32");
        _lab.Edge.AddAddress("lo", RoutedV6 + "/128");
        _lab.Cloud.Ip("route", "add", Routed, "via", "10.9.0.1");
        _lab.Cloud.Ip("-6", "route", "add", RoutedV6, "via", "fd09:0::1");
    }
}
