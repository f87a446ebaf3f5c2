using Clovisor.Wan.Datapath;
using CsCheck;

namespace Clovisor.Wan.Tests.Datapath;

public sealed class PlanPlacementTests
{
    [Fact]
    public void Keeps_the_place_of_a_name_and_gives_new_ones_places_never_used() =>
        Assert.Equal([1, 2, 0], PlanPlacement.Place("link", ["b", "new", "a"], ["a", "b", "", ""], _ => true));

    [Fact]
    public void Gives_a_place_that_is_free_again_only_when_no_other_is_left() =>
        Assert.Equal([2, 0], PlanPlacement.Place("link", ["x", "y"], ["old", "b", ""], index => index == 0));

    [Fact]
    public void Says_which_name_finds_no_place()
    {
        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(
            () => PlanPlacement.Place("association", ["x", "y"], ["old", ""], _ => false));

        Assert.Contains("'y'", refusal.Message, StringComparison.Ordinal);
    }

    // Over any sequence of plans: places are distinct, and a name that stays keeps its own.
    [Fact]
    public void Never_moves_a_name_and_never_gives_a_place_twice() =>
        Gen.Int[0, 9].HashSet[0, 6].Array[1, 12].Sample(plans =>
        {
            string[] held = [.. Enumerable.Repeat("", 8)];
            var places = new Dictionary<string, int>();
            foreach (HashSet<int> plan in plans)
            {
                string[] wanted = [.. plan.Select(number => $"n{number}")];
                int[] placed = PlanPlacement.Place("link", wanted, held, _ => true);
                Assert.Equal(placed.Length, placed.Distinct().Count());
                for (int i = 0; i < wanted.Length; i++)
                {
                    if (places.TryGetValue(wanted[i], out int before) && held[before] == wanted[i])
                    {
                        Assert.Equal(before, placed[i]);
                    }

                    places[wanted[i]] = placed[i];
                    held[placed[i]] = wanted[i];
                }
            }
        });
}
