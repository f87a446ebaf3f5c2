using System.Collections.Immutable;
using System.Numerics;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;

namespace Clovisor.Wan.Selection;

/// <summary>Chooses the link of every slot of one association. Links are named by their position in the configuration.</summary>
internal sealed class LinkSelector
{
    private readonly WanAssociation _association;
    private readonly ImmutableArray<Tier> _tiers;

    public LinkSelector(WanAssociation association, ImmutableArray<WanLink> links)
    {
        _association = association;
        Dictionary<string, int> positions = links.Select((link, position) => (link.Name, position))
            .ToDictionary(pair => pair.Name, pair => pair.position, StringComparer.Ordinal);
        _tiers = [.. association.Tiers.Select(tier => new Tier(tier, positions, links, association.Criteria))];
    }

    /// <summary>The choice that is in force. Keeps the tier for associations that do not fall back.</summary>
    public Selection Current { get; private set; } = new(SelectionReason.NoLink, null);

    /// <summary>Writes the link of every slot.</summary>
    /// <remarks>
    /// 1. Normal links that work and keep the SLA, from the best tier that has one; where failback is never, from the present tier first.
    /// 2. The same among backup links, if the criteria allow them.
    /// 3. If the fallback is best-of-worst: of the links that work, normal ones first, the one that breaks the SLA least.
    /// 4. None.
    /// </remarks>
    /// <param name="views">What is known of each link of the configuration.</param>
    /// <param name="slots">Takes <see cref="DatapathPlan.SlotsPerAssociation"/> positions, or <see cref="DatapathPlan.NoLink"/>.</param>
    public Selection Select(ReadOnlySpan<LinkView> views, Span<byte> slots)
    {
        Current = Choose(views, slots);
        return Current;
    }

    private Selection Choose(ReadOnlySpan<LinkView> views, Span<byte> slots)
    {
        foreach ((LinkRole role, SelectionReason reason) in
            (ReadOnlySpan<(LinkRole, SelectionReason)>)[(LinkRole.Normal, SelectionReason.Tier), (LinkRole.Backup, SelectionReason.Backup)])
        {
            int kept = _association.Failback == FailbackMode.Never && Current.Reason == reason ? Current.Tier!.Value : -1;
            for (int i = -1; i < _tiers.Length; i++)
            {
                int tier = i < 0 ? kept : i;
                if (tier >= 0 && _tiers[tier].Qualified(role, views) is var live and not 0)
                {
                    _tiers[tier].Fill(live, slots);
                    return new Selection(reason, tier);
                }
            }
        }

        return _association.Fallback == SlaFallback.BestOfWorst && LeastBad(views) is var (link, ofTier)
            ? FillWith(slots, (byte)link, new Selection(SelectionReason.BestOfWorst, ofTier))
            : FillWith(slots, DatapathPlan.NoLink, new Selection(SelectionReason.NoLink, null));
    }

    private (int Link, int Tier)? LeastBad(ReadOnlySpan<LinkView> views)
    {
        (int Link, int Tier)? best = null;
        (LinkRole Role, double Excess) bestRank = default;
        for (int tier = 0; tier < _tiers.Length; tier++)
        {
            foreach ((int link, LinkRole role) in _tiers[tier].Eligible)
            {
                (LinkRole, double) rank = (role, views[link].SlaExcess);
                if (views[link].Usable && (best is null || rank.CompareTo(bestRank) < 0))
                {
                    (best, bestRank) = ((link, tier), rank);
                }
            }
        }

        return best;
    }

    private static Selection FillWith(Span<byte> slots, byte link, Selection selection)
    {
        slots.Fill(link);
        return selection;
    }

    /// <summary>What was chosen, and from which tier.</summary>
    internal readonly record struct Selection(SelectionReason Reason, int? Tier);

    private sealed class Tier
    {
        private readonly SlotRanking _ranking;
        private readonly int[] _links;
        private readonly LinkRole[] _roles;
        private readonly uint _eligible;

        public Tier(LinkTier tier, Dictionary<string, int> positions, ImmutableArray<WanLink> links, LinkCriteria criteria)
        {
            _ranking = new SlotRanking(tier);
            _links = [.. tier.Links.Select(link => positions[link.Link])];
            _roles = [.. _links.Select(link => links[link].Role)];
            for (int i = 0; i < _links.Length; i++)
            {
                WanLink link = links[_links[i]];
                _eligible |= (criteria.Failed(link) is null ? 1u : 0u) << i;
            }
        }

        public IEnumerable<(int Link, LinkRole Role)> Eligible =>
            Enumerable.Range(0, _links.Length).Where(i => (_eligible >> i & 1) != 0).Select(i => (_links[i], _roles[i]));

        public uint Qualified(LinkRole role, ReadOnlySpan<LinkView> views)
        {
            uint qualified = 0;
            for (uint rest = _eligible; rest != 0; rest &= rest - 1)
            {
                int i = BitOperations.TrailingZeroCount(rest);
                LinkView view = views[_links[i]];
                if (_roles[i] == role && view.Usable && view.SlaExcess == 0)
                {
                    qualified |= 1u << i;
                }
            }

            return qualified;
        }

        public void Fill(uint live, Span<byte> slots)
        {
            _ranking.Fill(live, slots);
            foreach (ref byte slot in slots[..DatapathPlan.SlotsPerAssociation])
            {
                slot = (byte)_links[slot];
            }
        }
    }
}
