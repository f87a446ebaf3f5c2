using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Tests.Links;

public sealed class SlaMeterTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly SlaClass Voice = new()
    {
        Name = "voice",
        Loss = new SlaLimit<double>(0.02, 0.01),
        Latency = new SlaLimit<TimeSpan>(TimeSpan.FromMilliseconds(150), TimeSpan.FromMilliseconds(120)),
        Jitter = new SlaLimit<TimeSpan>(TimeSpan.FromMilliseconds(30), TimeSpan.FromMilliseconds(20)),
    };

    [Theory]
    [InlineData(149, 29, false)]
    [InlineData(151, 1, true)]
    [InlineData(10, 31, true)]
    public void A_class_is_broken_above_either_limit_of_delay(int latency, int jitter, bool broken)
    {
        var meter = new SlaMeter(Voice);
        meter.Measure(Quality(0, latency, jitter), Second);
        meter.Measure(Quality(0, latency, jitter), 6 * Second);

        Assert.Equal(broken, meter.IsBroken);
    }

    [Fact]
    public void A_peak_shorter_than_half_the_window_breaks_nothing()
    {
        var meter = new SlaMeter(Voice);
        meter.Measure(Quality(0, 300, 1), Second);
        meter.Measure(Quality(0, 300, 1), 5 * Second);
        meter.Measure(Quality(0, 10, 1), 5.5 * Second);
        meter.Measure(Quality(0, 300, 1), 6 * Second);

        Assert.False(meter.IsBroken);
    }

    [Fact]
    public void Between_enter_and_leave_a_class_stays_as_it_is()
    {
        var meter = new SlaMeter(Voice);
        Hold(meter, Quality(0, 135, 1), 0);
        Assert.False(meter.IsBroken);
        Hold(meter, Quality(0, 300, 1), 20);
        Assert.Equal(2, meter.Excess, 6);
        Hold(meter, Quality(0, 135, 1), 40);
        Assert.True(meter.IsBroken);
        Hold(meter, Quality(0, 119, 1), 60);
        Assert.Equal(0, meter.Excess);
    }

    [Fact]
    public void Too_few_samples_say_nothing()
    {
        var meter = new SlaMeter(Voice);
        Hold(meter, Quality(0, 300, 1) with { Samples = 3 }, 0);

        Assert.Equal(SlaVerdict.Unknown, meter.Verdict);
    }

    [Fact]
    public void Loss_breaks_a_class_when_enough_probes_say_so_and_by_how_much()
    {
        var meter = new SlaMeter(Voice);
        meter.Count(0, 10, 4);
        meter.Measure(Quality(0.4, 10, 1), Second);
        Assert.Equal((SlaVerdict.Unknown, 0.0), (meter.Verdict, meter.Excess));

        meter.Count(0, 60, 24);
        Assert.True(meter.Measure(Quality(0.4, 10, 1), 2 * Second));
        Assert.Equal(SlaVerdict.Broken, meter.Verdict);
        Assert.Equal(20, meter.Excess, 6);
    }

    [Fact]
    public void A_window_measures_loss_latency_and_jitter_of_its_own_time()
    {
        var window = new QualityWindow(10 * Second);
        window.Add(Second, TimeSpan.FromMilliseconds(500));
        window.Add(20 * Second, TimeSpan.FromMilliseconds(10));
        window.Add(21 * Second, null);
        window.Add(22 * Second, TimeSpan.FromMilliseconds(30));
        window.Add(23 * Second, TimeSpan.FromMilliseconds(20));

        LinkQuality quality = window.Over(10 * Second, 24 * Second);

        Assert.Equal(new LinkQuality(4, 0.25, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(15)), quality);
        Assert.Equal(2, window.Over(2 * Second, 24 * Second).Samples);
        Assert.Equal(new LinkQuality(0, 0, null, null), window.Over(10 * Second, 60 * Second));
    }

    private static void Hold(SlaMeter meter, in LinkQuality quality, int second)
    {
        for (int i = 0; i <= 10; i++)
        {
            meter.Measure(quality, (second + i) * Second);
        }
    }

    private static LinkQuality Quality(double loss, int latency, int jitter) =>
        new(40, loss, TimeSpan.FromMilliseconds(latency), TimeSpan.FromMilliseconds(jitter));
}
