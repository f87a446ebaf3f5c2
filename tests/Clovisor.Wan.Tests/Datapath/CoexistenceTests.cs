using System.Globalization;
using System.Text.RegularExpressions;
using Clovisor.Bpf.Networking;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Beside the packet filter's translation and connection tracking, policy routing, and marks of others. The lab's reverse path filters are strict.</summary>
public sealed partial class CoexistenceTests : IDisposable
{
    private const byte Tag = 10;

    private readonly WanLab _lab = new();
    private LanSide? _lan;

    public void Dispose()
    {
        _lab.Dispose();
        _lan?.Dispose();
    }

    [KernelTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_packet_filter_masquerades_takes_its_link_and_finds_back_through_both_translations(bool tcp)
    {
        _lan = _lab.AddLan();
        Filter("chain nat { type nat hook postrouting priority srcnat; oifname wan0 ip saddr 192.168.7.0/24 masquerade; }");
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: Tag));
        EchoClient client = _lan.Client(tcp, v6: false, Tag);

        client.Echo(tcp ? 100_000 : 1200);
        client.Echo(tcp ? 100_000 : 1200);

        Assert.Equal(WanLab.LinkSource(1, v6: false), _lab.Server.LastPeer.Address);
        WanSession session = Assert.Single(datapath.Sessions());
        Assert.Equal(WanLab.LinkSource(0, v6: false), session.Tuple.Source.Address);
        Assert.Equal(0, Counted("invalid"));
    }

    [KernelTheory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Connection_tracking_sees_both_directions_and_finds_nothing_invalid(bool tcp, bool v6)
    {
        Filter("chain out { type filter hook output priority 0; ct state invalid counter name invalid drop; }");
        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp, v6);
        datapath.Admit(client.Tuple, 0);

        client.Echo(tcp ? 100_000 : 1200);
        client.Echo(tcp ? 100_000 : 1200);

        Assert.Equal(WanLab.LinkSource(1, v6), _lab.Server.LastPeer.Address);
        Assert.Equal(0, Counted("invalid"));
        Assert.True(Counted("established") > 1, "the replies were not seen as a connection's");
    }

    [KernelTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_session_takes_its_link_though_policy_routing_sends_it_by_another(bool tcp)
    {
        _lab.Edge.Ip("rule", "add", "from", "10.9.0.1", "lookup", "100");
        _lab.Edge.Ip("route", "add", "default", "via", "10.9.1.2", "table", "100");
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(), WanLab.AllSlots(0));
        EchoClient client = _lab.Client(tcp, v6: false);
        datapath.Admit(client.Tuple, 0);
        long before = _lab.CloudReceived(1);
        int size = tcp ? 100_000 : 1200;

        client.Echo(size);

        // By wan0 and not translated, for the address is that link's own; the replies arrive where policy routing expects them.
        Assert.Equal(client.Source, _lab.Server.LastPeer);
        Assert.True(_lab.CloudReceived(1) - before < size, "the session left by policy routing's link");
        Assert.True(datapath.Counters()[DatapathReason.InReturned] > 0, "no reply was handed back");
    }

    [KernelTheory]
    [InlineData(TcAttachmentKind.Tcx)]
    [InlineData(TcAttachmentKind.Clsact)]
    public void A_mark_of_others_stays_on_a_packet_that_is_moved(TcAttachmentKind own)
    {
        using var marking = new ForeignProgram(_lab, TcAttachmentKind.Tcx, TcDirection.Egress, "wan0", marks: true);
        using var marked = new ForeignProgram(_lab, TcAttachmentKind.Tcx, TcDirection.Egress, "wan1", counts: ForeignProgram.IsMarked);
        BpfWanDatapath datapath = _lab.StartOnWan1(_lab.Settings(own));
        EchoClient client = _lab.Client(tcp: false, v6: false);
        datapath.Admit(client.Tuple, 0);

        Assert.Equal(1, marked.SeenWhile(() => client.Echo()));
    }

    [KernelFact]
    public void Rules_of_the_packet_filter_and_of_policy_routing_are_left_as_they_are()
    {
        Filter("chain nat { type nat hook postrouting priority srcnat; oifname wan1 masquerade; }");
        _lab.Edge.Ip("rule", "add", "fwmark", "0x77", "lookup", "77");
        (string rules, string policies) = (_lab.Edge.Exec("nft", "-s", "list", "ruleset"), _lab.Edge.Ip("rule"));

        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        _lab.Edge.Run(datapath.Uninstall);

        Assert.Equal((rules, policies), (_lab.Edge.Exec("nft", "-s", "list", "ruleset"), _lab.Edge.Ip("rule")));
    }

    // Connection tracking begins with the first rule that asks for it.
    private void Filter(string chain) => _lab.Edge.Exec(
        "nft",
        "table inet theirs { counter invalid { }; counter established { }; "
        + "chain in { type filter hook prerouting priority 0; ct state invalid counter name invalid drop; ct state established counter name established; }; " + chain + "; }");

    private long Counted(string counter) => long.Parse(
        Packets().Match(_lab.Edge.Exec("nft", "list", "counter", "inet", "theirs", counter)).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"packets (\d+)")]
    private static partial Regex Packets();
}
