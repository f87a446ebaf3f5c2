using System.Net.Sockets;
using Clovisor.Bpf;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Datapath.Layout;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>What the programs tell of real connections. The node's own routes lead to wan0.</summary>
public sealed class EventTests : IDisposable
{
    private const byte Gold = 46;

    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_of_a_tagged_connection_from_its_entry_to_its_end(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: Gold));
        EventLog events = _lab.Own(new EventLog(datapath));
        DateTimeOffset before = DateTimeOffset.UtcNow;
        EchoClient client = _lab.Client(tcp: true, v6, Gold);

        client.Echo(100_000);
        int wirePort = Assert.Single(datapath.Sessions()).TranslatedSource!.Port;
        client.Dispose();
        List<DatapathEvent> seen = await events.UntilAsync(DatapathEventKind.ClosingOut);

        // Nothing else: neither of the packets between, nor of the ends of both sides.
        Assert.Equal([DatapathEventKind.EnteredByTag, DatapathEventKind.Bound, DatapathEventKind.ClosingOut], seen.Select(one => one.Kind));
        Assert.All(seen, one => Assert.Equal((client.Tuple, "minion", null), (one.Tuple, one.AssociationName, one.Reason)));
        Assert.All(seen, one => Assert.Equal(_lab.Edge.IndexOf("wan0"), one.InterfaceIndex));
        Assert.Equal([(null, null), ("wan1", wirePort), ("wan1", wirePort)], seen.Select(one => (one.LinkName, one.WirePort)));
        Assert.All(seen, one => Assert.InRange(one.Time, before - TimeSpan.FromSeconds(1), DateTimeOffset.UtcNow + TimeSpan.FromSeconds(1)));
        Assert.Equal(seen.OrderBy(one => one.Time), seen);
        Assert.Equal(0, datapath.EventsLost);
    }

    [KernelFact]
    public async Task Tells_of_a_connection_that_is_reset_and_of_datagrams_that_take_the_next_link_when_theirs_fails()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient connection = _lab.Client(tcp: true, v6: false);
        EchoClient datagrams = _lab.Client(tcp: false, v6: false);
        datapath.Admit(connection.Tuple, 0);
        datapath.Admit(datagrams.Tuple, 0);
        connection.Echo();
        datagrams.Echo();
        EventLog events = _lab.Own(new EventLog(datapath));

        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);
        connection.Send([1, 2, 3]);
        Assert.Equal(SocketError.ConnectionReset, connection.Failure());
        datagrams.Echo();
        List<DatapathEvent> seen = await events.UntilAsync(DatapathEventKind.Rebound);

        Assert.Equal(
            [(DatapathEventKind.Reset, connection.Tuple, "wan1"), (DatapathEventKind.Rebound, datagrams.Tuple, "wan0")],
            seen.Select(one => (one.Kind, one.Tuple, one.LinkName)));
    }

    [KernelFact]
    public async Task Tells_of_a_session_that_its_slot_moves_though_its_link_works()
    {
        _lab.Cloud.Ip("route", "add", "198.51.100.0/24", "via", "10.9.0.1");
        _lab.Edge.AddAddress("lo", "198.51.100.1/32");
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(AddressingKind.Preserved), WanLab.AllSlots(0));
        EventLog events = _lab.Own(new EventLog(datapath));
        EchoClient client = _lab.Own(_lab.Edge.Run(() => new EchoClient(
            tcp: true, System.Net.IPAddress.Parse("198.51.100.1"), System.Net.IPAddress.Parse(WanLab.ServerV4), 0)));
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        datapath.SetSlots(0, WanLab.AllSlots(1));
        client.Echo();
        List<DatapathEvent> seen = await events.UntilAsync(DatapathEventKind.Moved);

        Assert.Equal(
            [(DatapathEventKind.Bound, "wan0", client.Source.Port), (DatapathEventKind.Moved, "wan1", client.Source.Port)],
            seen.Select(one => (one.Kind, one.LinkName, one.WirePort ?? 0)));
    }

    [KernelFact]
    public async Task Tells_of_a_connection_that_the_proxy_opens()
    {
        using var group = ControlGroup.ForThreads();
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings() with { TrustedCgroup = group.Path }, _lab.Plan(tag: Gold));
        EventLog events = _lab.Own(new EventLog(datapath));
        ProxySocket socket = ProxySocket.Make(_lab, group).WithDscp(Gold);

        socket.Echo();
        List<DatapathEvent> seen = await events.UntilAsync(DatapathEventKind.Bound);

        Assert.Equal([DatapathEventKind.EnteredBySocket, DatapathEventKind.Bound], seen.Select(one => one.Kind));
        WanSession session = Assert.Single(datapath.Sessions());
        Assert.All(seen, one => Assert.Equal((session.Tuple, "minion"), (one.Tuple, one.AssociationName)));
        Assert.Equal([null, _lab.Edge.IndexOf("wan0")], seen.Select(one => one.InterfaceIndex));
    }

    [KernelFact]
    public async Task Sends_nothing_while_nobody_reads()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: Gold));
        _lab.Client(tcp: true, v6: false, Gold).Echo();
        Assert.Equal(0, Sent(datapath));

        using (var events = new EventLog(datapath))
        {
            _lab.Client(tcp: true, v6: false, Gold).Echo();
            await events.UntilAsync(DatapathEventKind.Bound);
            await events.EndAsync();
        }

        long before = Sent(datapath);
        _lab.Client(tcp: true, v6: false, Gold).Echo();

        Assert.InRange(before, 1, int.MaxValue);
        Assert.Equal(before, Sent(datapath));
        Assert.False(datapath.Maps.HasSetting(ClvSettingFlag.Events));
        Assert.Equal(0, datapath.EventsLost);
    }

    [KernelFact]
    public async Task Has_one_reading_at_a_time_which_ends_with_the_datapath()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EventLog first = _lab.Own(new EventLog(datapath));

        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => new EventLog(datapath).Reading);
        Assert.Contains("one reading at a time", refused.Message, StringComparison.Ordinal);
        await first.EndAsync();
        EventLog second = _lab.Own(new EventLog(datapath));
        datapath.Dispose();

        await second.Reading.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => new EventLog(datapath).Reading);
        BpfWanDatapath next = _lab.Start();
        Assert.True(next.WasAdopted);
        Assert.False(next.Maps.HasSetting(ClvSettingFlag.Events));
    }

    [KernelFact]
    public async Task Begins_silent_and_with_nothing_of_the_past_after_a_reader_that_was_killed()
    {
        BpfWanDatapath first = _lab.StartOnWan1(plan: _lab.Plan(tag: Gold));
        first.Maps.WriteSetting(ClvSettingFlag.Events, true);
        _lab.Client(tcp: true, v6: false, Gold).Echo();
        Assert.InRange(Sent(first), 1, int.MaxValue);
        first.Dispose();

        BpfWanDatapath second = _lab.Start();
        Assert.False(second.Maps.HasSetting(ClvSettingFlag.Events));
        EventLog events = _lab.Own(new EventLog(second));
        EchoClient client = _lab.Client(tcp: true, v6: false, Gold);
        client.Echo();

        Assert.All(await events.UntilAsync(DatapathEventKind.Bound), one => Assert.Equal(client.Tuple, one.Tuple));
    }

    [KernelFact]
    public async Task Adopts_the_sessions_of_a_version_that_told_of_nothing()
    {
        BpfWanDatapath first = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        first.Admit(client.Tuple, 0);
        client.Echo();
        first.Dispose();
        _lab.Edge.Run(() => DeletePins("clv_events", "clv_event_state", "clv_negative"));

        for (int life = 0; life < 2; life++)
        {
            BpfWanDatapath next = _lab.Start();
            _lab.Apply(next, _lab.Plan(), WanLab.AllSlots(1));
            client.Echo();
            Assert.True(next.WasAdopted);
            Assert.Equal(client.Tuple, Assert.Single(next.Sessions()).Tuple);
            if (life == 1)
            {
                EventLog events = _lab.Own(new EventLog(next));
                client.Dispose();
                Assert.Equal(client.Tuple, Assert.Single(await events.UntilAsync(DatapathEventKind.ClosingOut)).Tuple);
            }

            next.Dispose();
        }
    }

    [KernelFact]
    public void Refuses_a_folder_that_lacks_a_map_of_sessions()
    {
        _lab.StartOnWan1().Dispose();
        _lab.Edge.Run(() => DeletePins("clv_sessions4"));

        BpfException refused = Assert.Throws<BpfException>(() => _lab.Start());

        Assert.Contains("clv_sessions4", refused.Message, StringComparison.Ordinal);
        _lab.Edge.Run(() => BpfWanDatapath.Uninstall(_lab.PinDirectory));
    }

    private static long Sent(BpfWanDatapath datapath)
    {
        Clovisor.Bpf.RingBuffers.BpfReaderStatistics statistics = datapath.Maps.Events.Ring.Statistics;
        return statistics.Records + (statistics.AvailableBytes / 72);
    }

    private bool DeletePins(params string[] maps)
    {
        foreach (string map in maps)
        {
            string pin = Path.Combine(_lab.PinDirectory, "maps", map);
            Assert.True(File.Exists(pin));
            File.Delete(pin);
        }

        return true;
    }
}
