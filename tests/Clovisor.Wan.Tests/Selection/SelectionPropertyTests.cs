using System.Collections.Immutable;
using CsCheck;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;
using Clovisor.Wan.Selection;

namespace Clovisor.Wan.Tests.Selection;

/// <summary>What holds for every association over six links, two of them backups, in whatever state they are.</summary>
public sealed class SelectionPropertyTests
{
    private static readonly ImmutableArray<WanLink> Links =
        [.. Enumerable.Range(0, 6).Select(static i => new WanLink { Name = $"l{i}", Device = $"eth{i}", Role = i < 4 ? LinkRole.Normal : LinkRole.Backup })];

    // A link is out, fine, or works and breaks the class by some factor.
    private static readonly Gen<LinkView> View = Gen.Select(Gen.Int[0, 3], Gen.Int[2, 9]).Select(static (kind, excess) => kind switch
    {
        0 => new LinkView(false, 0),
        1 => new LinkView(true, excess),
        _ => new LinkView(true, 0),
    });

    private static readonly Gen<(int[] Tiers, int[] Weights, LinkView[] Views, bool Backup, bool Worst)> Any =
        Gen.Select(Gen.Int[0, 2].Array[6], Gen.Int[1, 9].Array[6], View.Array[6], Gen.Bool, Gen.Bool);

    // The rule, said once more and otherwise than in the selector: a link that qualifies is never passed over for a worse kind of reason.
    [Fact]
    public void The_links_in_use_are_all_of_the_best_tier_and_role_that_qualify_or_the_least_bad_one_or_none() => Any.Sample(static drawn =>
    {
        (int[] tiers, int[] weights, LinkView[] views, bool backup, bool worst) = drawn;
        byte[] slots = Select(tiers, weights, views, backup, worst);
        int[] allowed = [.. Enumerable.Range(0, 6).Where(i => views[i].Usable && (backup || i < 4))];
        int[] good = [.. allowed.Where(i => views[i].SlaExcess == 0)];
        int[] used = [.. slots.Where(static slot => slot != DatapathPlan.NoLink).Select(static slot => (int)slot).Distinct().Order()];
        if (good.Length > 0)
        {
            int[] roles = good.Any(static i => i < 4) ? [.. good.Where(static i => i < 4)] : good;
            int best = roles.Min(i => tiers[i]);
            Assert.Equal(roles.Where(i => tiers[i] == best), used);
            return;
        }

        if (!worst || allowed.Length == 0)
        {
            Assert.Empty(used);
            return;
        }

        int[] candidates = allowed.Any(static i => i < 4) ? [.. allowed.Where(static i => i < 4)] : allowed;
        Assert.Equal(candidates.Min(i => views[i].SlaExcess), views[Assert.Single(used)].SlaExcess);
        Assert.Contains(used[0], candidates);
    });

    [Fact]
    public void A_link_that_goes_moves_its_own_slots_alone_while_its_tier_has_another() => Any.Sample(static drawn =>
    {
        (int[] tiers, int[] weights, LinkView[] views, bool backup, bool worst) = drawn;
        byte[] before = Select(tiers, weights, views, backup, worst);
        byte[] used = [.. before.Distinct()];
        if (used.Length < 2)
        {
            return;
        }

        foreach (byte gone in used)
        {
            LinkView[] without = [.. views];
            without[gone] = new LinkView(false, 0);
            byte[] after = Select(tiers, weights, without, backup, worst);
            Assert.All(before.Zip(after), pair => Assert.True(pair.First == gone ? pair.Second != gone : pair.First == pair.Second));
        }
    });

    private static byte[] Select(int[] tiers, int[] weights, LinkView[] views, bool backup, bool worst)
    {
        // Tier numbers without a link leave no empty tier behind; their order stays.
        var association = new WanAssociation
        {
            Name = "any",
            Fallback = worst ? SlaFallback.BestOfWorst : SlaFallback.None,
            Criteria = new LinkCriteria { AllowBackup = backup },
            Tiers = [.. Enumerable.Range(0, 6).GroupBy(i => tiers[i]).OrderBy(static tier => tier.Key)
                .Select(tier => new LinkTier([.. tier.Select(i => new WeightedLink($"l{i}", weights[i]))]))],
        };
        byte[] slots = new byte[DatapathPlan.SlotsPerAssociation];
        new LinkSelector(association, Links).Select(views, slots);
        return slots;
    }
}
