using System.Net.Sockets;
using Clovisor.Bpf.Networking;
using Clovisor.Bpf.Programs;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Links and LANs whose devices have no hardware addresses, beside those that have: real TUN devices.</summary>
public sealed class L3DeviceTests : IDisposable
{
    private WanLab? _lab;
    private LanSide? _lan;

    /// <summary>Which of the two links are without, TCP or UDP, IPv6 or IPv4.</summary>
    public static TheoryData<int[], bool, bool> Links()
    {
        TheoryData<int[], bool, bool> data = [];
        foreach (int[] without in new int[][] { [1], [0], [0, 1] })
        {
            foreach ((bool tcp, bool v6) in new[] { (true, false), (true, true), (false, false), (false, true) })
            {
                data.Add(without, tcp, v6);
            }
        }

        return data;
    }

    public void Dispose()
    {
        _lab?.Dispose();
        _lan?.Dispose();
    }

    [KernelTheory]
    [MemberData(nameof(Links))]
    public void Sends_a_session_between_devices_with_and_without_hardware_addresses_and_back(int[] without, bool tcp, bool v6)
    {
        BpfWanDatapath datapath = Lab(without).StartOnWan1();
        EchoClient client = _lab!.Client(tcp, v6);
        int size = tcp ? 300_000 : 1200;
        datapath.Admit(client.Tuple, 0);
        long before = _lab.CloudReceived(0);

        client.Echo(size);

        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
        WanSession session = Assert.Single(datapath.Sessions());
        Assert.True(session.BytesOut > size && session.BytesIn > size, $"{session}");
        IReadOnlyDictionary<DatapathReason, long> counters = datapath.Counters();
        Assert.True(counters[DatapathReason.OutRedirected] > 0 && counters[DatapathReason.InReturned] > 0, "the session was not moved");
        Assert.Equal((0, 0, 0), (counters[DatapathReason.OutFailed], counters[DatapathReason.InFailed], counters[DatapathReason.OutMtuDropped]));
        Assert.True(_lab.CloudReceived(0) - before < 2000, "bytes came by wan0 too");
    }

    [KernelTheory]
    [InlineData(new int[0], false)]
    [InlineData(new[] { 1 }, true)]
    public void Programs_for_such_devices_are_loaded_where_there_is_one_alone(int[] without, bool loaded)
    {
        BpfWanDatapath datapath = Lab(without).StartOnWan1();
        uint session = datapath.Maps.Sessions.V4.Map.Id;

        List<string> names = [];
        foreach (uint id in BpfProgram.EnumerateIds())
        {
            using BpfProgram? program = BpfProgram.OpenById(id);
            if (program?.ReadInfo().MapIds.Contains(session) == true)
            {
                names.Add(program.Name);
            }
        }

        Assert.Contains("clv_egress", names);
        Assert.Equal(loaded, names.Any(name => name.EndsWith("_l3", StringComparison.Ordinal)));
    }

    [KernelTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_packet_of_just_the_size_crosses_and_one_byte_more_is_answered(bool linkIsWithout)
    {
        BpfWanDatapath datapath = Lab(linkIsWithout ? [1] : [0]).StartOnWan1();
        _lab!.Edge.Ip("link", "set", "wan1", "mtu", "1400");
        EchoClient client = _lab.Client(tcp: false, v6: false);
        datapath.Admit(client.Tuple, 0);

        client.Echo(1400 - 28);
        Assert.Equal(0, datapath.Counters()[DatapathReason.OutTooBig]);
        client.Connect();
        client.Send(new byte[1400 - 28 + 1]);

        Assert.Equal(1, datapath.Counters()[DatapathReason.OutTooBig]);
    }

    [KernelTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Resets_a_connection_whose_home_has_no_hardware_addresses(bool v6)
    {
        BpfWanDatapath datapath = Lab([0]).StartOnWan1();
        EchoClient client = _lab!.Client(tcp: true, v6);
        datapath.Admit(client.Tuple, 0);
        client.Echo();

        datapath.SetSlots(0, WanLab.AllSlots(0));
        datapath.SetLinkUsable(1, false);
        client.Send([1, 2, 3]);

        Assert.Equal(SocketError.ConnectionReset, client.Failure());
        Assert.Equal(1, datapath.Counters()[DatapathReason.OutReset]);
    }

    [KernelTheory]
    [MemberData(nameof(Links))]
    public void Takes_sessions_of_a_lan_without_hardware_addresses_past_routing(int[] without, bool tcp, bool v6)
    {
        _lan = Lab(without).AddLan(withoutEthernet: true);
        BpfWanDatapath datapath = _lab!.StartOnWan1(plan: _lan.Plan());
        EchoClient client = _lan.Client(tcp, v6);
        int size = tcp ? 300_000 : 1200;
        datapath.Admit(client.Tuple, 0);

        client.Echo(size);

        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
        IReadOnlyDictionary<DatapathReason, long> counters = datapath.Counters();
        Assert.True(counters[DatapathReason.LanRedirected] > 0 && counters[DatapathReason.InDelivered] > 0, "the session was not taken");
        Assert.Equal((0, 0), (counters[DatapathReason.OutRedirected], counters[DatapathReason.InReturned]));
    }

    [KernelTheory]
    [InlineData(TcAttachmentKind.Tcx)]
    [InlineData(TcAttachmentKind.Clsact)]
    public void Is_adopted_and_uninstalled_there_as_anywhere(TcAttachmentKind hook)
    {
        WanLab lab = Lab([0, 1]);
        BpfWanDatapath first = lab.StartOnWan1(lab.Settings(hook));
        EchoClient client = lab.Client(tcp: true, v6: false);
        first.Admit(client.Tuple, 0);
        client.Echo();
        first.Dispose();

        BpfWanDatapath second = lab.StartOnWan1(lab.Settings(hook));
        client.Echo();
        Assert.True(second.WasAdopted);
        lab.Edge.Run(second.Uninstall);

        Assert.DoesNotContain("clv_", lab.Edge.Exec("bpftool", "net", "show"), StringComparison.Ordinal);
    }

    private WanLab Lab(int[] withoutEthernet) => _lab = new WanLab(withoutEthernet);
}
