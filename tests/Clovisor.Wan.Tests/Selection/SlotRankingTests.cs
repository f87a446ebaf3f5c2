using System.Numerics;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Selection;
using CsCheck;

namespace Clovisor.Wan.Tests.Selection;

public sealed class SlotRankingTests
{
    private static readonly Gen<int[]> Weights = Gen.Int[1, 20].Array[2, 7];

    [Fact]
    public void Three_to_one_is_exact()
    {
        byte[] slots = Slots(new SlotRanking(Tier(3, 1)), 0b11);

        Assert.Equal(48, slots.Count(static link => link == 0));
        Assert.Equal(16, slots.Count(static link => link == 1));
    }

    // With all links live, and with any one missing, every link has just the slots that apportionment gives it.
    [Fact]
    public void Shares_are_exact_with_all_links_and_with_any_one_missing() =>
        Weights.Sample(weights =>
        {
            var ranking = new SlotRanking(Tier(weights));
            uint all = (1u << weights.Length) - 1;
            for (int gone = -1; gone < weights.Length; gone++)
            {
                uint live = gone < 0 ? all : all & ~(1u << gone);
                Assert.Equal(Wanted(weights, live), Counts(ranking, live, weights.Length));
            }
        });

    // With two or three missing an exact table without moving others need not exist; it is at most four slots off (of 64), and seldom more than two.
    [Fact]
    public void Shares_stay_near_with_up_to_three_links_missing() =>
        Weights.Sample(weights =>
        {
            var ranking = new SlotRanking(Tier(weights));
            for (uint live = 1; live < 1u << weights.Length; live++)
            {
                if (weights.Length - BitOperations.PopCount(live) is 2 or 3)
                {
                    int[] wanted = Wanted(weights, live);
                    int[] counts = Counts(ranking, live, weights.Length);
                    Assert.All(counts.Zip(wanted), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 4));
                }
            }
        });

    // Whatever is missing already: when one more link goes, the slots of the others stay where they are.
    [Fact]
    public void Only_the_slots_of_the_link_that_leaves_move() =>
        Gen.Select(Weights, Gen.UInt).Sample((weights, mask) =>
        {
            uint live = mask & ((1u << weights.Length) - 1);
            if (BitOperations.PopCount(live) < 2)
            {
                return;
            }

            var ranking = new SlotRanking(Tier(weights));
            byte[] before = Slots(ranking, live);
            for (int gone = 0; gone < weights.Length; gone++)
            {
                if ((live >> gone & 1) == 0)
                {
                    continue;
                }

                byte[] after = Slots(ranking, live & ~(1u << gone));
                Assert.All(before.Zip(after), pair => Assert.True(pair.First == pair.Second || pair.First == gone));
                Assert.DoesNotContain((byte)gone, after);
            }
        });

    [Fact]
    public void The_table_depends_on_names_and_not_on_the_process()
    {
        byte[] slots = Slots(new SlotRanking(Tier(1, 1)), 0b11);

        // Written down from a run: a restarted agent, or another version of it, must find the same table.
        Assert.StartsWith("00101111100000001001010110110111110011010101100000", string.Concat(slots), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tier_of_sixteen_links_is_built_and_loses_any_fifteen()
    {
        var ranking = new SlotRanking(Tier([.. Enumerable.Repeat(1, 16)]));

        Assert.All(Enumerable.Range(0, 16), link => Assert.All(Slots(ranking, 1u << link), slot => Assert.Equal(link, slot)));
        Assert.All(Counts(ranking, 0xFFFF, 16), static count => Assert.Equal(4, count));
    }

    private static LinkTier Tier(params int[] weights) =>
        new([.. weights.Select(static (weight, position) => new WeightedLink($"link{position}", weight))]);

    private static byte[] Slots(SlotRanking ranking, uint live)
    {
        byte[] slots = new byte[64];
        ranking.Fill(live, slots);
        return slots;
    }

    private static int[] Counts(SlotRanking ranking, uint live, int links)
    {
        byte[] slots = Slots(ranking, live);
        return [.. Enumerable.Range(0, links).Select(link => slots.Count(slot => slot == link))];
    }

    private static int[] Wanted(int[] weights, uint live)
    {
        int[] masked = [.. weights.Select((weight, link) => (live >> link & 1) == 0 ? 0 : weight)];
        int[] wanted = new int[weights.Length];
        Apportionment.Fill(masked, 64, wanted);
        return wanted;
    }
}
