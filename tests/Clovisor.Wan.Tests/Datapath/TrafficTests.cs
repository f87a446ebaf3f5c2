using System.Net;
using Clovisor.Bpf.Networking;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

public sealed class TrafficTests : IDisposable
{
    private readonly WanLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Sends_a_reported_session_by_its_link_and_brings_the_replies_home(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp, v6);
        int size = tcp ? 300_000 : 1200;
        long before0 = _lab.CloudReceived(0);
        long before1 = _lab.CloudReceived(1);

        Assert.Equal(1, datapath.Admit(client.Tuple, 0));
        client.Echo(size);

        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
        Assert.True(_lab.CloudReceived(1) - before1 > size, "the bytes did not come by wan1");
        Assert.True(_lab.CloudReceived(0) - before0 < 2000, "bytes came by wan0 too");
        WanSession session = Assert.Single(datapath.Sessions());
        Assert.Equal(client.Tuple, session.Tuple);
        Assert.Equal(1, session.Link);
        Assert.Equal(new IPEndPoint(WanLab.LinkSource(1, v6), client.Source.Port), session.TranslatedSource);
        Assert.True(session.BytesOut > size && session.BytesIn > size, $"out {session.BytesOut}, in {session.BytesIn}");
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sends_a_datagram_in_fragments_whole_and_by_one_link(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: false, v6);
        long before0 = _lab.CloudReceived(0);
        long before1 = _lab.CloudReceived(1);
        datapath.Admit(client.Tuple, 0);

        client.Echo(9000);

        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
        Assert.True(_lab.CloudReceived(1) - before1 > 9000, "the bytes did not come by wan1");
        Assert.True(_lab.CloudReceived(0) - before0 < 2000, "bytes came by wan0 too");
        Assert.True(Assert.Single(datapath.Sessions()).BytesIn >= 9008 + (7 * (v6 ? 48 : 20)), "the answer did not come in fragments");
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sends_echoes_by_the_link_of_their_tag_and_brings_the_answers_home(bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: 46));

        // In fragments, too. Fails when an answer is missing or not what was sent.
        _lab.Edge.Exec("ping", "-c", "3", "-i", "0.2", "-W", "2", "-s", "3000", "-Q", "184", v6 ? WanLab.ServerV6 : WanLab.ServerV4);

        WanSession session = Assert.Single(datapath.Sessions());
        // Three echoes in three fragments each, with a header each.
        int bytes = 3 * (3008 + (3 * (v6 ? 48 : 20)));
        Assert.Equal((1, bytes, bytes), (session.Link, session.BytesOut, session.BytesIn));
        Assert.Equal(WanLab.LinkSource(1, v6), session.TranslatedSource?.Address);
    }

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Leaves_a_session_that_nobody_reported_to_the_nodes_routes(bool tcp, bool v6)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp, v6);

        client.Echo(1000);

        Assert.Equal(client.Source, _lab.Server.LastPeer);
        Assert.Empty(datapath.Sessions());
    }

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Keeps_checksums_right_without_offloads(bool tcp, bool v6)
    {
        for (int i = 0; i < 2; i++)
        {
            Offloads.Disable(_lab.Edge, WanLab.Device(i));
            Offloads.Disable(_lab.Cloud, WanLab.CloudDevice(i));
        }

        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp, v6);
        datapath.Admit(client.Tuple, 0);

        for (int i = 0; i < 20; i++)
        {
            client.Echo(tcp ? 10_000 : 1200 + i);
        }

        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
        AssertNoChecksumErrors(_lab.Edge);
        AssertNoChecksumErrors(_lab.Cloud);
    }

    [KernelFact]
    public void Binds_a_session_once_though_its_first_packets_leave_on_several_cpus()
    {
        BpfWanDatapath datapath = _lab.StartOnWan1();
        for (int round = 0; round < 20; round++)
        {
            EchoClient client = _lab.Client(tcp: false, v6: false);
            datapath.Admit(client.Tuple, 0);
            client.Connect();
            using var together = new Barrier(4);
            Task[] senders = [.. Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait();
                    client.Send([1, 2, 3]);
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default))];
            Task.WaitAll(senders);
        }

        Assert.Equal(20, datapath.Sessions().Count);
        Assert.All(datapath.Sessions(), session => Assert.Equal(4 * (20 + 8 + 3), session.BytesOut));
        Assert.Equal(20, datapath.Maps.Reverse.CountEntries());
    }

    private static void AssertNoChecksumErrors(Clovisor.Testing.NetworkNamespace side)
    {
        // Names and values stand on two lines each.
        string[] lines = side.Exec("cat", "/proc/net/snmp").Split('\n');
        foreach (string protocol in new[] { "Tcp:", "Udp:" })
        {
            string[][] pair = [.. lines.Where(line => line.StartsWith(protocol, StringComparison.Ordinal)).Select(line => line.Split(' '))];
            Assert.Equal("0", pair[1][Array.IndexOf(pair[0], "InCsumErrors")]);
        }

        Assert.DoesNotContain(
            side.Exec("cat", "/proc/net/snmp6").Split('\n'),
            line => line.StartsWith("Udp6InCsumErrors", StringComparison.Ordinal) && !line.TrimEnd().EndsWith("\t0", StringComparison.Ordinal));
    }

    [KernelTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_socket_that_is_tied_to_a_link_leaves_by_it_whatever_its_tag_says(bool tcp)
    {
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: 10));
        EchoClient client = _lab.Client(tcp, v6: false, dscp: 10, device: "wan0");

        client.Echo();

        Assert.Equal(client.Source, _lab.Server.LastPeer);
        Assert.Empty(datapath.Sessions());
        Assert.True(datapath.Counters()[DatapathReason.OutTagUntrusted] > 0, "no tag was passed over");
    }
}
