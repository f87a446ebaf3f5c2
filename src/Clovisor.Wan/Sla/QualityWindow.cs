namespace Clovisor.Wan.Sla;

/// <summary>The outcomes of the probes of one target, for as far back as the longest window reaches.</summary>
internal sealed class QualityWindow(TimeSpan longest)
{
    private readonly Queue<Sample> _samples = new();

    public void Add(TimeSpan sentAt, TimeSpan? roundTrip)
    {
        _samples.Enqueue(new Sample(sentAt, roundTrip));
        while (_samples.TryPeek(out Sample oldest) && oldest.SentAt < sentAt - longest)
        {
            _samples.Dequeue();
        }
    }

    public LinkQuality Over(TimeSpan window, TimeSpan now)
    {
        (int samples, int lost, int answered) = (0, 0, 0);
        (TimeSpan sum, TimeSpan differences, TimeSpan? previous) = (TimeSpan.Zero, TimeSpan.Zero, null);
        foreach (Sample sample in _samples)
        {
            if (sample.SentAt < now - window)
            {
                continue;
            }

            samples++;
            if (sample.RoundTrip is not { } roundTrip)
            {
                lost++;
                continue;
            }

            answered++;
            sum += roundTrip;
            differences += previous is { } before ? (roundTrip - before).Duration() : TimeSpan.Zero;
            previous = roundTrip;
        }

        return new LinkQuality(
            samples,
            samples == 0 ? 0 : (double)lost / samples,
            answered == 0 ? null : sum / answered,
            answered < 2 ? null : differences / (answered - 1));
    }

    private readonly record struct Sample(TimeSpan SentAt, TimeSpan? RoundTrip);
}
