using System.Net;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Explanation;
using Clovisor.Wan.Links;
using Clovisor.Wan.Simulation;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Tests.Explanation;

public sealed class SessionExplainerTests
{
    private static readonly SessionFacts Boss = new()
    {
        User = "boss",
        Source = IPEndPoint.Parse("10.0.0.1:40000"),
        Destination = IPEndPoint.Parse("203.0.113.7:443"),
        Protocol = 6,
    };

    [Fact]
    public void Says_who_has_the_session_which_link_it_takes_and_what_each_other_one_failed()
    {
        SessionExplanation explanation = Explain(Boss, new LinkEvent(TimeSpan.FromSeconds(5), "fibre", new LinkCondition { Carrier = false }));

        Assert.Equal(("calls", "mpls"), (explanation.Match!.Association.Name, explanation.Link));
        Assert.Equal(
            """
            Association 'calls' has it, by flow users=boss.
            Its best tier with a link that works and keeps what is asked is in use.
            It falls into slot SLOT, by its tuple: mpls.
            There it is preserved: it keeps its addresses on every link, and moves while it lives.
              tier 0  fibre  weight 1  0/64  translated  NoCarrier: 'eth0' has no carrier
              tier 1  mpls  weight 1  64/64  preserved  in use
              tier 2  dsl  weight 1  0/64  translated  qualifies; a better tier is in use
              tier 2  lte  weight 1  0/64  translated  billing: it is paid by use, and only flat rates qualify

            """.Replace("SLOT", $"{explanation.Slot}", StringComparison.Ordinal),
            explanation.ToString());
    }

    [Fact]
    public void Says_which_class_a_link_breaks_and_by_how_much()
    {
        SessionExplanation explanation = Explain(Boss, new LinkEvent(TimeSpan.FromSeconds(5), "fibre", new LinkCondition { RoundTrip = TimeSpan.FromMilliseconds(300) }));

        Assert.Equal("breaks SLA class 'quick', at 3.0 times its limit", explanation.Candidates[0].Obstacle);
        Assert.Equal("mpls", explanation.Link);
    }

    [Fact]
    public void A_session_that_nobody_means_takes_the_nodes_own_routes()
    {
        SessionExplanation explanation = Explain(Boss with { User = "nobody" });

        Assert.Null(explanation.Match);
        Assert.Equal("No association means this session: it takes the node's own routes.\n", explanation.ToString());
    }

    [Fact]
    public void A_session_whose_tuple_is_not_known_has_a_link_only_where_there_is_one()
    {
        Assert.Equal("fibre", Explain(Boss with { Source = null }).Link);
        Assert.Null(Explain(Boss with { Source = null }).Slot);
    }

    [Theory]
    [InlineData("198.51.100.9:443", 6, AddressingKind.Paired)]
    [InlineData("198.51.100.9:443", 47, AddressingKind.Translated)]
    [InlineData("203.0.113.7:443", 6, AddressingKind.Translated)]
    public void Says_what_a_session_looks_like_on_a_paired_link(string destination, byte protocol, AddressingKind kind)
    {
        WanConfiguration configuration = new WanConfigurationBuilder()
            .AddLink("first", "eth0", static link => link with { Addressing = AddressingKind.Paired, Peer = "cloud", PeerAddresses = [IPAddress.Parse("198.51.100.2")] })
            .AddLink("second", "eth1", static link => link with { Addressing = AddressingKind.Paired, Peer = "cloud", PeerAddresses = [IPAddress.Parse("198.51.100.9")] })
            .AddLink("third", "eth2", static link => link with { Addressing = AddressingKind.Paired, Peer = "other", PeerAddresses = [IPAddress.Parse("198.51.100.30")] })
            .AddAssociation("calls", static calls => calls.MatchFlow(static flow => flow with { Users = ["boss"] }).UseTier("first"))
            .BuildOrThrow();
        SessionFacts session = Boss with { Destination = IPEndPoint.Parse(destination), Protocol = protocol };

        SessionAddressing addressing = SessionExplainer.Explain(configuration, WanSimulation.Run(configuration, new LinkHistory(TimeSpan.FromSeconds(5), []), TestContext.Current.CancellationToken).End, session).Addressing!;

        Assert.Equal(kind, addressing.Kind);
        Assert.NotNull(addressing.Source);
        Assert.Equal(
            kind == AddressingKind.Paired
                ? $"paired with cloud: at home with the addresses of second, on the wire {addressing.Source} to 198.51.100.2; it moves while it lives between first, second."
                : $"translated: it leaves as {addressing.Source}, and stays on its link while it lives.",
            addressing.ToString());
    }

    [Fact]
    public void A_status_of_another_configuration_is_refused() => Assert.Throws<ArgumentException>(
        () => SessionExplainer.Explain(WanConfiguration.Empty, WanSimulation.Run(Configuration(), new LinkHistory(TimeSpan.FromSeconds(1), []), TestContext.Current.CancellationToken).End, Boss));

    private static SessionExplanation Explain(SessionFacts session, params LinkEvent[] events)
    {
        WanConfiguration configuration = Configuration();
        return SessionExplainer.Explain(configuration, WanSimulation.Run(configuration, new LinkHistory(TimeSpan.FromSeconds(60), [.. events]), TestContext.Current.CancellationToken).End, session);
    }

    private static WanConfiguration Configuration()
    {
        Func<WanLink, WanLink> probed = static link => link with { Probes = [new() { Targets = [IPAddress.Parse("192.0.2.1")] }] };
        return new WanConfigurationBuilder()
            .AddLink("fibre", "eth0", probed)
            .AddLink("mpls", "eth1", static link => link with { Addressing = AddressingKind.Preserved, Probes = [new() { Targets = [IPAddress.Parse("192.0.2.1")] }] })
            .AddLink("dsl", "eth2", probed)
            .AddLink("lte", "eth3", static link => link with { Billing = LinkBilling.Usage })
            .AddSlaClass("quick", static sla => sla with { Latency = new SlaLimit<TimeSpan>(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(80)) })
            .AddAssociation("calls", static calls => calls.MatchFlow(static flow => flow with { Users = ["boss"] })
                .Require("quick").Require(static criteria => criteria with { FlatRateOnly = true })
                .UseTier("fibre").UseTier("mpls").UseTier("dsl", "lte"))
            .BuildOrThrow();
    }
}
