using Clovisor.Hosting.Health;

namespace Clovisor.Hosting.Tests.Health;

public sealed class HealthBoardTests
{
    [Fact]
    public void The_worst_part_decides()
    {
        HealthBoard board = new();
        Assert.Equal(HealthLevel.Healthy, board.Level);

        board.Post(new PartHealth("links", HealthLevel.Degraded, ["wan1 is down"], []));
        board.Post(new PartHealth("configuration", HealthLevel.Healthy, [], ["route app/x/y is not there"]));
        Assert.Equal(HealthLevel.Degraded, board.Level);

        board.Post(new PartHealth("datapath", HealthLevel.Unhealthy, ["no privilege"], []));
        Assert.Equal(HealthLevel.Unhealthy, board.Level);
    }

    [Fact]
    public void What_a_part_posts_replaces_what_it_posted_before()
    {
        HealthBoard board = new();
        board.Post(new PartHealth("links", HealthLevel.Degraded, ["wan1 is down"], []));
        board.Post(new PartHealth("links", HealthLevel.Healthy, [], []));

        PartHealth part = Assert.Single(board.Parts);
        Assert.Equal(HealthLevel.Healthy, part.Level);
        Assert.Empty(part.Reasons);
    }

    [Fact]
    public void Warnings_do_not_degrade()
    {
        HealthBoard board = new();
        board.Post(new PartHealth("associations", HealthLevel.Healthy, [], ["meshRoute app/x/y names no rule"]));

        Assert.Equal(HealthLevel.Healthy, board.Level);
    }

    [Fact]
    public void A_part_that_is_asked_says_how_it_is_at_the_moment_of_looking()
    {
        HealthBoard board = new();
        HealthLevel level = HealthLevel.Healthy;
        board.Ask("links", () => new PartHealth("links", level, [], []));
        Assert.Equal(HealthLevel.Healthy, board.Level);

        level = HealthLevel.Degraded;

        Assert.Equal(HealthLevel.Degraded, board.Level);
        Assert.Equal(HealthLevel.Degraded, Assert.Single(board.Parts).Level);
    }
}
