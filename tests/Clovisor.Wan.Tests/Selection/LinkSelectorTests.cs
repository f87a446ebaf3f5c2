using System.Collections.Immutable;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;
using Clovisor.Wan.Selection;

namespace Clovisor.Wan.Tests.Selection;

public sealed class LinkSelectorTests
{
    private static readonly LinkView Good = new(true, 0);
    private static readonly LinkView Dead = new(false, 0);

    private static readonly ImmutableArray<WanLink> Links =
    [
        new WanLink { Name = "fibre", Device = "eth0", Billing = LinkBilling.Flat },
        new WanLink { Name = "mpls", Device = "eth1", Transport = LinkTransport.Private },
        new WanLink { Name = "lte", Device = "eth2", Role = LinkRole.Backup, Billing = LinkBilling.Usage },
    ];

    [Fact]
    public void The_best_tier_with_a_working_link_has_all_slots()
    {
        LinkSelector selector = Selector(LinkTier.Of("mpls"), LinkTier.Of("fibre"));

        Assert.All(Slots(selector, Good, Good, Good), static slot => Assert.Equal(1, slot));
        Assert.All(Slots(selector, Good, Dead, Good), static slot => Assert.Equal(0, slot));
        Assert.Equal(new LinkSelector.Selection(SelectionReason.Tier, 1), selector.Current);
    }

    [Fact]
    public void A_backup_link_waits_until_no_normal_link_of_any_tier_qualifies()
    {
        LinkSelector selector = Selector(LinkTier.Of("lte"), LinkTier.Of("fibre"), LinkTier.Of("mpls"));

        Assert.All(Slots(selector, Dead, Good, Good), static slot => Assert.Equal(1, slot));
        Assert.All(Slots(selector, Dead, Dead, Good), static slot => Assert.Equal(2, slot));
        Assert.Equal(SelectionReason.Backup, selector.Current.Reason);
    }

    [Fact]
    public void A_backup_link_is_never_used_where_the_criteria_forbid_it()
    {
        LinkSelector selector = Selector(new LinkCriteria { AllowBackup = false }, LinkTier.Of("fibre", "lte"));

        Assert.All(Slots(selector, Dead, Dead, Good), static slot => Assert.Equal(DatapathPlan.NoLink, slot));
        Assert.Equal(SelectionReason.NoLink, selector.Current.Reason);
    }

    [Fact]
    public void Private_only_leaves_public_links_out()
    {
        LinkSelector selector = Selector(new LinkCriteria { PrivateOnly = true }, LinkTier.Of("fibre", "mpls"));

        Assert.All(Slots(selector, Good, Good, Good), static slot => Assert.Equal(1, slot));
        Assert.All(Slots(selector, Good, Dead, Good), static slot => Assert.Equal(DatapathPlan.NoLink, slot));
    }

    [Fact]
    public void Flat_rate_only_leaves_metered_links_out() =>
        Assert.All(
            Slots(Selector(new LinkCriteria { FlatRateOnly = true }, LinkTier.Of("fibre", "lte")), Dead, Dead, Good),
            static slot => Assert.Equal(DatapathPlan.NoLink, slot));

    [Fact]
    public void A_link_that_breaks_the_SLA_loses_its_sessions_to_a_lower_tier_that_keeps_it() =>
        Assert.All(
            Slots(Selector(LinkTier.Of("fibre"), LinkTier.Of("mpls")), new LinkView(true, 1.5), Good, Good),
            static slot => Assert.Equal(1, slot));

    [Fact]
    public void When_no_link_keeps_the_SLA_the_least_bad_one_has_all_slots()
    {
        LinkSelector selector = Selector(LinkTier.Of("fibre"), LinkTier.Of("mpls"));

        Assert.All(Slots(selector, new LinkView(true, 3), new LinkView(true, 1.5), Good), static slot => Assert.Equal(1, slot));
        Assert.Equal(new LinkSelector.Selection(SelectionReason.BestOfWorst, 1), selector.Current);
    }

    [Fact]
    public void A_dead_link_is_not_the_best_of_the_worst() =>
        Assert.All(
            Slots(Selector(LinkTier.Of("fibre"), LinkTier.Of("mpls")), new LinkView(true, 3), new LinkView(false, 1.5), Good),
            static slot => Assert.Equal(0, slot));

    [Fact]
    public void Without_fallback_a_broken_SLA_leaves_no_link()
    {
        var association = new WanAssociation { Name = "a", Tiers = [LinkTier.Of("fibre")], Fallback = SlaFallback.None };

        Assert.All(
            Slots(new LinkSelector(association, Links), new LinkView(true, 3), Good, Good),
            static slot => Assert.Equal(DatapathPlan.NoLink, slot));
    }

    [Fact]
    public void Failback_drain_returns_to_the_better_tier_at_once()
    {
        LinkSelector selector = Selector(LinkTier.Of("fibre"), LinkTier.Of("mpls"));
        Slots(selector, Dead, Good, Good);

        Assert.All(Slots(selector, Good, Good, Good), static slot => Assert.Equal(0, slot));
    }

    [Fact]
    public void Failback_never_stays_in_its_tier_until_that_fails()
    {
        var association = new WanAssociation
        {
            Name = "a",
            Tiers = [LinkTier.Of("fibre"), LinkTier.Of("mpls")],
            Failback = FailbackMode.Never,
        };
        var selector = new LinkSelector(association, Links);

        Slots(selector, Dead, Good, Good);
        Assert.All(Slots(selector, Good, Good, Good), static slot => Assert.Equal(1, slot));
        Assert.All(Slots(selector, Good, Dead, Good), static slot => Assert.Equal(0, slot));
        Assert.All(Slots(selector, Good, Good, Good), static slot => Assert.Equal(0, slot));
    }

    private static LinkSelector Selector(params LinkTier[] tiers) => Selector(new LinkCriteria(), tiers);

    private static LinkSelector Selector(LinkCriteria criteria, params LinkTier[] tiers) =>
        new(new WanAssociation { Name = "a", Tiers = [.. tiers], Criteria = criteria }, Links);

    private static byte[] Slots(LinkSelector selector, params LinkView[] views)
    {
        byte[] slots = new byte[64];
        selector.Select(views, slots);
        return slots;
    }
}
