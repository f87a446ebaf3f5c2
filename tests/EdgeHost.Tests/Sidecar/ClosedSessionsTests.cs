using Clovisor.EdgeHost.Sidecar;
using Microsoft.Extensions.Time.Testing;

namespace Clovisor.EdgeHost.Tests.Sidecar;

public sealed class ClosedSessionsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_session_is_kept_for_its_last_packets_and_then_given_once()
    {
        var closed = new ClosedSessions(TimeSpan.FromSeconds(5), _time);
        closed.Add("a", "b");
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Empty(closed.TakeDue());

        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal([("a", "b")], closed.TakeDue());
        Assert.Empty(closed.TakeDue());
    }

    [Fact]
    public void A_tuple_that_is_used_again_is_not_forgotten()
    {
        var closed = new ClosedSessions(TimeSpan.FromSeconds(5), _time);
        closed.Add("a", "b");
        closed.Revive("a", "b");
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(closed.TakeDue());
    }
}
