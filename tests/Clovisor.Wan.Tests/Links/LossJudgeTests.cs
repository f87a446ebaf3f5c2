using CsCheck;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Tests.Links;

public sealed class LossJudgeTests
{
    private static readonly SlaLimit<double> Limit = new(0.04, 0.02);

    [Fact]
    public void Three_losses_of_four_probes_are_no_verdict()
    {
        var judge = new LossJudge(Limit, 1);
        judge.Add(0, 4, 3);

        Assert.False(judge.Conclude(TimeSpan.FromSeconds(1)));
        Assert.Equal(SlaVerdict.Unknown, judge.Verdict);
        Assert.InRange(judge.Progress(TimeSpan.FromSeconds(1)), 0.1, 0.2);
    }

    // Worked out by hand: a loss adds ln(4/2) = 0.6931, an answer ln(0.96/0.98) = −0.0206; 13 / 0.6931 is 18.76, and 13 / 0.0206 is 630.5.
    [Fact]
    public void Nineteen_losses_in_a_row_break_it_and_six_hundred_and_thirty_one_answers_keep_it()
    {
        var losing = new LossJudge(Limit, 1);
        losing.Add(0, 18, 18);
        Assert.False(losing.Conclude(default));
        losing.Add(0, 1, 1);
        Assert.True(losing.Conclude(default));
        Assert.Equal(SlaVerdict.Broken, losing.Verdict);

        var answering = new LossJudge(Limit, 1);
        answering.Add(0, 630, 0);
        Assert.False(answering.Conclude(default));
        answering.Add(0, 1, 0);
        Assert.True(answering.Conclude(default));
        Assert.Equal(SlaVerdict.Kept, answering.Verdict);
    }

    [Fact]
    public void A_target_that_loses_by_itself_breaks_nothing()
    {
        var judge = new LossJudge(Limit, 2);
        Feed(judge, 100_000, 0.3, 0.001);

        Assert.NotEqual(SlaVerdict.Broken, judge.Verdict);
    }

    [Fact]
    public void A_link_that_loses_is_found_although_one_target_loses_more()
    {
        var judge = new LossJudge(Limit, 2);
        Feed(judge, 20_000, 0.3, 0.001);
        Feed(judge, 5_000, 0.35, 0.08);

        Assert.Equal(SlaVerdict.Broken, judge.Verdict);
    }

    [Fact]
    public void Sessions_that_left_the_link_do_not_keep_it_from_recovering()
    {
        var judge = new LossJudge(Limit, 1);
        for (int second = 0; second < 60; second++)
        {
            judge.AddPassive(100, 10, TimeSpan.FromSeconds(second));
            judge.Conclude(TimeSpan.FromSeconds(second));
        }

        Assert.Equal(SlaVerdict.Broken, judge.Verdict);
        judge.Add(0, 700, 0);
        judge.Conclude(TimeSpan.FromSeconds(61));
        Assert.Equal(SlaVerdict.Broken, judge.Verdict);

        judge.Conclude(TimeSpan.FromSeconds(95));
        Assert.Equal(SlaVerdict.Kept, judge.Verdict);
    }

    [Fact]
    public void Each_change_soon_after_the_last_needs_more_evidence_and_time_forgives()
    {
        var judge = new LossJudge(Limit, 1);
        TimeSpan now = TimeSpan.FromSeconds(1);
        int[] needed = [.. Enumerable.Range(0, 5).Select(_ => Until(SlaVerdict.Kept) + Until(SlaVerdict.Broken))];
        Assert.Equal(needed.Order(), needed);
        Assert.InRange((double)needed[4] / needed[0], 4, 6.5);

        now += TimeSpan.FromHours(24);
        Assert.Equal(needed[0], Until(SlaVerdict.Kept) + Until(SlaVerdict.Broken));

        int Until(SlaVerdict verdict)
        {
            for (int samples = 1; ; samples++)
            {
                judge.Add(0, 1, verdict == SlaVerdict.Broken ? 1 : 0);
                if (judge.Conclude(now) && judge.Verdict == verdict)
                {
                    return samples;
                }
            }
        }
    }

    // Limits of every sort make a judge that finds what is far outside and leaves alone what is far inside.
    [Fact]
    public void Any_limits_can_be_told_apart() => Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1]).Sample((a, b) =>
    {
        var limit = new SlaLimit<double>(Math.Max(a, b), Math.Min(a, b));
        var losing = new LossJudge(limit, 1);
        var answering = new LossJudge(limit, 1);
        for (int i = 0; i < 100; i++)
        {
            losing.Add(0, 1000, 1000);
            losing.Conclude(TimeSpan.FromSeconds(i));
            answering.Add(0, 1000, 0);
            answering.Conclude(TimeSpan.FromSeconds(i));
        }

        Assert.Equal((SlaVerdict.Broken, SlaVerdict.Kept), (losing.Verdict, answering.Verdict));
    });

    [Fact]
    public void A_busy_link_weighs_a_hundred_samples_a_second_and_keeps_its_ratio()
    {
        var rate = new PassiveRate();
        rate.Thin(1, 0, TimeSpan.FromSeconds(1));

        (double samples, double lost) = rate.Thin(50_000, 500, TimeSpan.FromSeconds(1.2));

        Assert.Equal((20, 0.2), (Math.Round(samples, 6), Math.Round(lost, 6)));
        Assert.Equal((5, 1), rate.Thin(5, 1, TimeSpan.FromSeconds(2)));
    }

    private static void Feed(LossJudge judge, int rounds, double first, double second)
    {
        var random = new Random(7);
        for (int i = 0; i < rounds; i++)
        {
            judge.Add(0, 1, random.NextDouble() < first ? 1 : 0);
            judge.Add(1, 1, random.NextDouble() < second ? 1 : 0);
            judge.Conclude(TimeSpan.FromSeconds(i / 4.0));
        }
    }
}
