using Clovisor.Hosting.Callers;
using Clovisor.Hosting.Sessions;

namespace Clovisor.Hosting.Tests.Sessions;

public sealed class OriginsTests
{
    private readonly Origins _origins = new();
    private readonly CallerAccount _caller = Caller();

    [Fact]
    public void Sessions_of_one_origin_share_a_number_until_the_last_is_gone()
    {
        int number = _origins.Take(new Origin("app/one", _caller));
        Assert.Equal(number, _origins.Take(new Origin("app/one", _caller)));

        Assert.Equal(new Origin("app/one", _caller), _origins.Release(number));
        Assert.Equal(new Origin("app/one", _caller), _origins.Of(number));
        Assert.Equal(new Origin("app/one", _caller), _origins.Release(number));
        Assert.Equal(0, _origins.Count);
    }

    [Fact]
    public void Rule_and_caller_both_make_the_origin_and_none_is_a_rule_too()
    {
        Origin[] all = [new("app/one", _caller), new("app/two", _caller), new("app/one", Caller()), new(null, _caller)];

        int[] numbers = [.. all.Select(origin => _origins.Take(origin))];

        Assert.Equal([0, 1, 2, 3], numbers.Order());
        Assert.Equal(all, numbers.Select(_origins.Of));
    }

    [Fact]
    public void A_number_that_nobody_has_is_given_again_so_that_a_thousand_reloads_leave_nothing()
    {
        int kept = _origins.Take(new Origin("kept", _caller));
        for (int i = 0; i < 1000; i++)
        {
            int number = _origins.Take(new Origin($"app/{i}", _caller));
            Assert.InRange(number, 0, 1);
            _origins.Release(number);
        }

        Assert.Equal(1, _origins.Count);
        Assert.Equal("kept", _origins.Of(kept).Route);
    }

    private static CallerAccount Caller() => new(CallerIdentity.OfToken, CallerRule.Everything, 1, 1, TimeProvider.System);
}
