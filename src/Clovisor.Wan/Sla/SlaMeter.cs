namespace Clovisor.Wan.Sla;

/// <summary>Says whether one link keeps one class: with hysteresis between enter and leave, and slow to change its mind.</summary>
/// <remarks>
/// Loss is judged by <see cref="LossJudge"/>, which asks for as many samples as its confidence needs. Latency and jitter are means over the window; a change
/// of theirs has to last for half of it, so that a peak moves nothing.
/// </remarks>
internal sealed class SlaMeter(SlaClass sla, int targets = 1)
{
    // A mean of fewer says nothing.
    private const int FewestSamples = 4;

    private readonly LossJudge? _loss = sla.Loss is { } limit ? new LossJudge(limit, targets) : null;
    private readonly PassiveRate _rate = new();
    private TimeSpan? _changingSince;
    private double _delayExcess;
    private bool _delaysKnown;

    public SlaClass Class => sla;

    /// <summary>0 while the class is kept; else by how much the worst value exceeds its limit.</summary>
    public double Excess { get; private set; }

    public bool IsBroken => Excess > 0;

    public SlaVerdict Verdict =>
        IsBroken ? SlaVerdict.Broken
        : _loss is { Verdict: SlaVerdict.Unknown } || ((sla.Latency ?? sla.Jitter) is not null && !_delaysKnown) ? SlaVerdict.Unknown
        : SlaVerdict.Kept;

    /// <summary>Takes in what became of probes of one target.</summary>
    public void Count(int target, int samples, int lost) => _loss?.Add(target, samples, lost);

    /// <summary>Takes in what became of packets of sessions.</summary>
    public void CountPassive(long packets, long lost, TimeSpan now)
    {
        if (_loss is not null && packets > 0)
        {
            (double samples, double missing) = _rate.Thin(packets, lost, now);
            _loss.AddPassive(samples, missing, now);
        }
    }

    /// <summary>Takes a measurement in, and draws conclusions of it and of what was counted.</summary>
    /// <returns>Whether the class became broken or kept.</returns>
    public bool Measure(in LinkQuality quality, TimeSpan now)
    {
        bool before = IsBroken;
        _loss?.Conclude(now);
        MeasureDelays(quality, now);
        double loss = _loss is { Verdict: SlaVerdict.Broken } ? Math.Max(Ratio(quality.Loss, sla.Loss!.Value.Enter), double.Epsilon) : 0;
        Excess = Math.Max(loss, _delayExcess);
        return before != IsBroken;
    }

    private void MeasureDelays(in LinkQuality quality, TimeSpan now)
    {
        if (quality.Samples < FewestSamples)
        {
            return;
        }

        _delaysKnown = true;
        bool broken = _delayExcess > 0;
        double worst = Worst(quality, static limit => limit.Enter);
        bool outside = (broken ? Worst(quality, static limit => limit.Leave) : worst) > 1;
        if (outside == broken)
        {
            _changingSince = null;
            _delayExcess = broken ? Math.Max(worst, double.Epsilon) : 0;
            return;
        }

        _changingSince ??= now;
        if (now - _changingSince >= sla.Window / 2)
        {
            _changingSince = null;
            _delayExcess = outside ? worst : 0;
        }
    }

    // A limit of zero is broken by any loss, and by how much is then the loss itself.
    private static double Ratio(double loss, double limit) => limit > 0 ? loss / limit : loss > 0 ? 1 + loss : 0;

    private double Worst(in LinkQuality quality, Func<SlaLimit<TimeSpan>, TimeSpan> limitOf)
    {
        double worst = sla.Latency is { } latency && quality.Latency is { } measured ? measured / limitOf(latency) : 0;
        return sla.Jitter is { } jitter && quality.Jitter is { } differences ? Math.Max(worst, differences / limitOf(jitter)) : worst;
    }
}
