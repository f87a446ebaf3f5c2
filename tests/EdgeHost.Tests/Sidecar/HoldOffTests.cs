using Clovisor.EdgeHost.Sidecar;
using Microsoft.Extensions.Time.Testing;

namespace Clovisor.EdgeHost.Tests.Sidecar;

public sealed class HoldOffTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Everybody_may_ask_while_the_agent_answers()
    {
        HoldOff holdOff = Create();
        Assert.True(holdOff.TryEnter());
        Assert.True(holdOff.TryEnter());
    }

    [Fact]
    public void Nobody_asks_for_a_while_after_a_failure_and_then_one_at_a_time()
    {
        HoldOff holdOff = Create();
        holdOff.Failed();
        Assert.False(holdOff.TryEnter());

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(holdOff.TryEnter());
        Assert.False(holdOff.TryEnter());

        holdOff.Failed();
        Assert.False(holdOff.TryEnter());
    }

    [Fact]
    public void A_recovery_is_counted_once()
    {
        HoldOff holdOff = Create();
        holdOff.Succeeded();
        Assert.Equal(0, holdOff.Recoveries);

        holdOff.Failed();
        holdOff.Failed();
        holdOff.Succeeded();
        holdOff.Succeeded();
        Assert.Equal(1, holdOff.Recoveries);
        Assert.True(holdOff.TryEnter());
    }

    private HoldOff Create() => new(TimeSpan.FromSeconds(1), _time);
}
