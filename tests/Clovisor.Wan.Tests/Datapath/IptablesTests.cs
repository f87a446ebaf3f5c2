using System.Globalization;
using System.Text.RegularExpressions;
using Clovisor.Testing;
using Clovisor.Wan.Datapath;

namespace Clovisor.Wan.Tests.Datapath;

/// <summary>Beside rules of iptables, those of the old kernel interface and those that it writes as nftables. The lab's reverse path filters are strict.</summary>
public sealed partial class IptablesTests : IDisposable
{
    private const string Legacy = "iptables-legacy";
    private const string OverNft = "iptables-nft";
    private const byte Tag = 10;

    private readonly WanLab _lab = new();
    private LanSide? _lan;

    public static TheoryData<string, bool> Kinds() => new() { { Legacy, true }, { Legacy, false }, { OverNft, true }, { OverNft, false } };

    public void Dispose()
    {
        _lab.Dispose();
        _lan?.Dispose();
    }

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void What_iptables_masquerades_takes_its_link_and_nothing_of_it_is_invalid(string iptables, bool tcp)
    {
        Require(iptables);
        _lan = _lab.AddLan();
        Rule(iptables, "-t", "nat", "-A", "POSTROUTING", "-o", "wan0", "-s", "192.168.7.0/24", "-j", "MASQUERADE");
        Rule(iptables, "-A", "FORWARD", "-m", "conntrack", "--ctstate", "INVALID", "-j", "DROP");
        Rule(iptables, "-A", "FORWARD", "-i", "wan0", "-m", "conntrack", "--ctstate", "ESTABLISHED", "-j", "ACCEPT");
        // What comes by another device than the one that it was routed out by is nobody's reply.
        Rule(iptables, "-A", "FORWARD", "-i", "wan+", "-j", "DROP");
        BpfWanDatapath datapath = _lab.StartOnWan1(plan: _lab.Plan(tag: Tag));
        EchoClient client = _lan.Client(tcp, v6: false, Tag);

        client.Echo(tcp ? 100_000 : 1200);
        client.Echo(tcp ? 100_000 : 1200);

        Assert.Equal(WanLab.LinkSource(1, v6: false), _lab.Server.LastPeer.Address);
        Assert.Equal(WanLab.LinkSource(0, v6: false), Assert.Single(datapath.Sessions()).Tuple.Source.Address);
        Assert.Equal(0, Counted(iptables, "INVALID"));
        Assert.True(Counted(iptables, "ESTABLISHED") > 1, "the replies were not seen as a connection's");
    }

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void A_session_takes_its_link_though_a_mark_of_iptables_routes_it_by_another(string iptables, bool tcp)
    {
        Require(iptables);
        Rule(iptables, "-t", "mangle", "-A", "OUTPUT", "-p", tcp ? "tcp" : "udp", "-j", "MARK", "--set-xmark", "0x100/0x3f00");
        _lab.Edge.Ip("rule", "add", "fwmark", "0x100/0x3f00", "lookup", "100");
        _lab.Edge.Ip("route", "add", "default", "via", "10.9.1.2", "table", "100");
        BpfWanDatapath datapath = _lab.Start();
        _lab.Apply(datapath, _lab.Plan(), WanLab.AllSlots(0));
        // The kernel's filter asks without the mark, and would refuse the replies where the mark has sent the requests.
        _lab.Edge.Exec("sysctl", "-qw", "net.ipv4.conf.wan1.rp_filter=2");
        EchoClient client = _lab.Client(tcp, v6: false);
        datapath.Admit(client.Tuple, 0);
        long before = _lab.CloudReceived(1);
        int size = tcp ? 100_000 : 1200;

        client.Echo(size);

        Assert.Equal(client.Source, _lab.Server.LastPeer);
        Assert.True(_lab.CloudReceived(1) - before < size, "the session left by the link of the mark");
        Assert.True(datapath.Counters()[DatapathReason.OutRedirected] > 0, "it was not moved");
    }

    [KernelTheory]
    [InlineData(Legacy)]
    [InlineData(OverNft)]
    public void Rules_of_iptables_are_left_as_they_are(string iptables)
    {
        Require(iptables);
        Rule(iptables, "-t", "nat", "-A", "POSTROUTING", "-o", "wan1", "-j", "MASQUERADE");
        Rule(iptables, "-t", "mangle", "-A", "PREROUTING", "-j", "CONNMARK", "--restore-mark");
        string[] before = Rules(iptables);

        BpfWanDatapath datapath = _lab.StartOnWan1();
        EchoClient client = _lab.Client(tcp: true, v6: false);
        datapath.Admit(client.Tuple, 0);
        client.Echo();
        string[] meanwhile = Rules(iptables);
        _lab.Edge.Run(datapath.Uninstall);

        Assert.Equal(before, meanwhile);
        Assert.Equal(before, Rules(iptables));
    }

    private static void Require(string iptables) =>
        Assert.SkipUnless(File.Exists("/usr/sbin/" + iptables), $"needs {iptables}: 'eng/install.sh tests' installs it");

    private void Rule(string iptables, params ReadOnlySpan<string> arguments) => _lab.Edge.Exec("/usr/sbin/" + iptables, ["-w", .. arguments]);

    private string[] Rules(string iptables) =>
        [.. new[] { "filter", "nat", "mangle" }.Select(table => _lab.Edge.Exec("/usr/sbin/" + iptables, "-w", "-t", table, "-S"))];

    /// <summary>Packets of the rule for a state of connection tracking.</summary>
    private long Counted(string iptables, string state)
    {
        string rule = _lab.Edge.Exec("/usr/sbin/" + iptables, "-w", "-S", "FORWARD", "-v").Split('\n').Single(line => line.Contains(state, StringComparison.Ordinal));
        return long.Parse(Packets().Match(rule).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"-c (\d+) \d+")]
    private static partial Regex Packets();
}
