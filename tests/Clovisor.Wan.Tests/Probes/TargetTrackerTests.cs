using System.Net;
using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Tests.Probes;

public sealed class TargetTrackerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly TargetTracker _tracker = new(
        IPAddress.Parse("192.0.2.9"), new ProbeDefinition { Targets = [IPAddress.Parse("192.0.2.9")] }, 10 * Second);

    [Theory]
    [InlineData(false, false, 1, 1)]
    [InlineData(true, false, 0, 0)]
    [InlineData(false, true, 0, 0)]
    public void A_probe_counts_as_lost_only_if_this_process_was_in_time(bool sentLate, bool stalled, int missed, int samples)
    {
        _tracker.Sent(1, Second, sentLate);
        _tracker.Advance(1.5 * Second, stalled);
        _tracker.Advance(3 * Second, stalled: false);

        Assert.Equal((missed, samples), (_tracker.MissedRun, _tracker.Quality(10 * Second, 3 * Second).Samples));
    }

    [Fact]
    public void A_probe_that_was_sent_late_counts_if_it_is_answered()
    {
        _tracker.Sent(1, Second, late: true);

        Assert.True(_tracker.Answered(1, 1.1 * Second));
        Assert.Equal((1, true), (_tracker.GoodRun, _tracker.IsAlive));
    }

    [Fact]
    public void An_answer_that_is_overdue_revives_and_one_after_the_timeout_does_not()
    {
        _tracker.Sent(1, Second, late: false);
        _tracker.Answered(1, 1.02 * Second);
        _tracker.Sent(2, 2 * Second, late: false);
        _tracker.Advance(2.5 * Second, stalled: false);
        Assert.Equal(1, _tracker.MissedRun);

        Assert.True(_tracker.Answered(2, 2.6 * Second));
        Assert.Equal(0, _tracker.MissedRun);

        _tracker.Sent(3, 3 * Second, late: false);
        _tracker.Advance(4.1 * Second, stalled: false);
        Assert.False(_tracker.Answered(3, 4.2 * Second));
        Assert.Equal(1, _tracker.MissedRun);
    }

    [Fact]
    public void An_answer_that_comes_twice_counts_once()
    {
        _tracker.Sent(1, Second, late: false);

        Assert.True(_tracker.Answered(1, 1.1 * Second));
        Assert.False(_tracker.Answered(1, 1.2 * Second));
        Assert.Equal(1, _tracker.GoodRun);
    }

    [Fact]
    public void Patience_follows_the_round_trips_between_half_an_interval_and_the_timeout()
    {
        Assert.Equal(Second, _tracker.Patience);
        Train(TimeSpan.FromMilliseconds(5));
        Assert.Equal(TimeSpan.FromMilliseconds(125), _tracker.Patience);
        Train(TimeSpan.FromMilliseconds(600));
        Assert.InRange(_tracker.Patience, TimeSpan.FromMilliseconds(600), TimeSpan.FromMilliseconds(700));
    }

    [Fact]
    public void The_next_decision_is_that_of_the_probe_that_is_overdue_first()
    {
        Train(TimeSpan.FromMilliseconds(5));
        _tracker.Sent(1001, 500 * Second, late: false);
        _tracker.Sent(1002, 500.25 * Second, late: false);
        Assert.Equal(500.125 * Second, _tracker.NextDecision);

        // The first one is missed now and only waits for its timeout; the second one is overdue before.
        _tracker.Advance(500.2 * Second, stalled: false);
        Assert.Equal(500.375 * Second, _tracker.NextDecision);
    }

    private void Train(TimeSpan roundTrip)
    {
        for (ushort i = 0; i < 100; i++)
        {
            _tracker.Sent(i, i * Second, late: false);
            Assert.True(_tracker.Answered(i, (i * Second) + roundTrip));
        }
    }
}
