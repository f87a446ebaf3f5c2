using System.Net;
using Clovisor.Testing;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Status;
using Clovisor.Wan.Tests.Steering;

namespace Clovisor.Wan.Tests.Probes;

/// <summary>Probes of every kind by a real engine in a real namespace, against real servers.</summary>
public sealed class ProbeKindTests
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(100);

    public static TheoryData<ProbeDefinition> Kinds() =>
    [
        new ProbeDefinition { Kind = ProbeKind.Tcp, Targets = [], Port = 8080 },
        new ProbeDefinition { Kind = ProbeKind.Http, Targets = [], Port = 8080 },
        new ProbeDefinition { Kind = ProbeKind.Http, Targets = [], Port = 8080, Status = 200, Body = "fine", Host = "portal.example", Path = "/health" },
        new ProbeDefinition { Kind = ProbeKind.Https, Targets = [], Port = 8443, Host = "portal.example", VerifyCertificate = false, Body = "fine" },
        new ProbeDefinition { Kind = ProbeKind.Dns, Targets = [] },
    ];

    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void A_link_is_up_while_its_target_answers_and_down_when_the_way_is_cut(ProbeDefinition probe)
    {
        ProbeTargets? targets = null;
        using var site = new EngineSite(link => With(link, probe), site => targets = new ProbeTargets(site.Far));
        using ProbeTargets owned = targets!;
        Assert.True(site.Until("lte", LinkState.Up, 10), Reason(site));
        TargetStatus before = site.Engine.Status.Links[1].Targets[0];
        Assert.True(before.LastAnswer is not null && before is { SendError: null, Failure: null }, before.ToString());

        site.Far.Exec("nft", "add table inet hole; add chain inet hole in { type filter hook prerouting priority -400; }; add rule inet hole in iifname isp1 drop");

        Assert.True(site.Until("lte", LinkState.Down, 10), Reason(site));
        Assert.Equal(LinkState.Up, site.Engine.Status.Links[0].State);
    }

    [KernelTheory]
    [InlineData(ProbeKind.Tcp, "10.9.1.2:9 refused the connection: Connection refused")]
    [InlineData(ProbeKind.Http, "10.9.1.2:9 refused the connection: Connection refused")]
    [InlineData(ProbeKind.Dns, "10.9.1.2:9 refused the query: Connection refused")]
    public void What_is_refused_is_no_answer_and_the_status_says_so(ProbeKind kind, string failure)
    {
        using var site = new EngineSite(link => With(link, new ProbeDefinition { Kind = kind, Targets = [], Port = 9 }));

        Assert.True(site.Until("lte", LinkState.Down, 10), Reason(site));
        Assert.Equal(failure, site.Engine.Status.Links[1].Targets[0].Failure);
        Assert.EndsWith($"without an answer from 10.9.1.2: {failure}", site.Engine.Status.Links[1].Reason, StringComparison.Ordinal);
    }

    [KernelFact]
    public void A_captive_portal_is_no_answer()
    {
        ProbeTargets? targets = null;
        using var site = new EngineSite(
            link => OfLte(link, new ProbeDefinition { Kind = ProbeKind.Http, Targets = [], Port = 8080, Status = 200, Body = "fine" }), site => targets = new ProbeTargets(site.Far));
        using ProbeTargets owned = targets!;
        Assert.True(site.Until("lte", LinkState.Up, 10), Reason(site));

        owned.Response = "HTTP/1.1 302 Found\r\nLocation: http://portal.example/login\r\n\r\n";

        Assert.True(site.Until("lte", LinkState.Down, 10), Reason(site));
        Assert.Equal("10.9.1.2:8080 answered with status 302, not 200", site.Engine.Status.Links[1].Targets[0].Failure);
        owned.Response = "HTTP/1.1 200 OK\r\n\r\nall is fine again";
        Assert.True(site.Until("lte", LinkState.Up, 30), Reason(site));
    }

    [KernelFact]
    public void A_resolver_that_fails_is_no_answer()
    {
        ProbeTargets? targets = null;
        using var site = new EngineSite(link => OfLte(link, new ProbeDefinition { Kind = ProbeKind.Dns, Targets = [] }), site => targets = new ProbeTargets(site.Far));
        using ProbeTargets owned = targets!;
        Assert.True(site.Until("lte", LinkState.Up, 10), Reason(site));

        owned.DnsCode = 2;

        Assert.True(site.Until("lte", LinkState.Down, 10), Reason(site));
        Assert.Equal("10.9.1.2:53 answered with SERVFAIL", site.Engine.Status.Links[1].Targets[0].Failure);
    }

    [KernelFact]
    public void A_certificate_that_nobody_trusts_is_no_answer()
    {
        ProbeTargets? targets = null;
        using var site = new EngineSite(
            link => With(link, new ProbeDefinition { Kind = ProbeKind.Https, Targets = [], Port = 8443, Host = "portal.example" }), site => targets = new ProbeTargets(site.Far));
        using ProbeTargets owned = targets!;

        Assert.True(site.Until("lte", LinkState.Down, 20), Reason(site));
        Assert.Contains("certificate", site.Engine.Status.Links[1].Targets[0].Failure, StringComparison.Ordinal);
    }

    // The default route leads elsewhere, and so would a probe that followed it.
    [KernelTheory]
    [MemberData(nameof(Kinds))]
    public void Probes_leave_by_their_own_link_with_its_address_and_their_code_point(ProbeDefinition probe)
    {
        ProbeTargets? targets = null;
        using var site = new EngineSite(
            link => link.Name == "lte" ? With(link, probe with { Dscp = 46 }, "192.0.2.9") : link,
            site =>
            {
                site.Far.AddAddress("lo", "192.0.2.9/32");
                site.Here.Ip("route", "add", "default", "via", "10.9.0.2", "metric", "1");
                site.Here.Ip("route", "add", "default", "via", "10.9.1.2", "metric", "2");
                site.Far.Exec(
                    "nft", "add table inet seen; add counter inet seen right; add counter inet seen wrong; add chain inet seen in { type filter hook prerouting priority -400; }; "
                    + "add rule inet seen in iifname isp1 ip daddr 192.0.2.9 ip saddr 10.9.1.1 ip dscp 46 counter name right return; add rule inet seen in ip daddr 192.0.2.9 counter name wrong");
                targets = new ProbeTargets(site.Far, "192.0.2.9");
            });
        using ProbeTargets owned = targets!;
        Assert.True(site.Until("lte", LinkState.Up, 10), Reason(site));

        string counters = site.Far.Exec("nft", "list", "counters", "table", "inet", "seen");
        Assert.Matches(@"counter right \{\s+packets [1-9]", counters);
        Assert.Matches(@"counter wrong \{\s+packets 0 ", counters);
    }

    [KernelFact]
    public void Probes_that_nobody_answers_leave_no_socket_behind()
    {
        using var site = new EngineSite(link => With(link, new ProbeDefinition { Kind = ProbeKind.Tcp, Targets = [], Port = 8080, Timeout = TimeSpan.FromMilliseconds(300) }));
        site.Far.Exec("nft", "add table inet hole; add chain inet hole in { type filter hook prerouting priority -400; }; add rule inet hole in tcp dport 8080 drop");
        Assert.True(site.Until("lte", LinkState.Down, 10), Reason(site));
        int most = 0;
        for (int i = 0; i < 10; i++)
        {
            most = Math.Max(most, site.Here.Exec("ss", "-tanH").Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            SpinWait.SpinUntil(static () => false, Often);
        }

        // Of each link those of one timeout: three, and one that is just being closed.
        Assert.InRange(most, 1, 8);
    }

    // Were it of both links, their targets would be suspected and not they.
    private static WanLink OfLte(WanLink link, ProbeDefinition probe) => link.Name == "lte" ? With(link, probe) : link;

    private static WanLink With(WanLink link, ProbeDefinition probe, string? target = null) => link with
    {
        Probes = [probe with { Targets = target is null ? link.NextHops : [IPAddress.Parse(target)], Interval = Often }],
        Recovery = new LinkRecovery { HoldDown = TimeSpan.Zero, Good = 1 },
    };

    private static string Reason(EngineSite site) => string.Join(" | ", site.Engine.Status.Links.Select(link => $"{link.Name} {link.State}: {link.Reason}; {link.Targets[0]}"));
}
