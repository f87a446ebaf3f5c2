namespace Clovisor.Wan.Sla;

/// <summary>Says whether one link keeps one class: with hysteresis between enter and leave, and slow to change its mind.</summary>
/// <remarks>A change has to last for half of the window, so that a few lost probes at the edge of a limit move nothing.</remarks>
internal sealed class SlaMeter(SlaClass sla)
{
    // Fewer samples say nothing about loss.
    private const int FewestSamples = 4;

    private TimeSpan? _changingSince;

    public SlaClass Class => sla;

    /// <summary>0 while the class is kept; else by how much the worst value exceeds its limit.</summary>
    public double Excess { get; private set; }

    public bool IsBroken => Excess > 0;

    /// <summary>Takes a measurement in.</summary>
    /// <returns>Whether the class became broken or kept.</returns>
    public bool Measure(in LinkQuality quality, TimeSpan now)
    {
        if (quality.Samples < FewestSamples)
        {
            return false;
        }

        double worst = Worst(quality, static limit => limit.Enter, static limit => limit.Enter);
        bool outside = IsBroken
            ? Worst(quality, static limit => limit.Leave, static limit => limit.Leave) > 1
            : worst > 1;
        if (outside == IsBroken)
        {
            _changingSince = null;
            Excess = IsBroken ? Math.Max(worst, double.Epsilon) : 0;
            return false;
        }

        _changingSince ??= now;
        if (now - _changingSince < sla.Window / 2)
        {
            return false;
        }

        _changingSince = null;
        Excess = outside ? worst : 0;
        return true;
    }

    private double Worst(in LinkQuality quality, Func<SlaLimit<double>, double> ratio, Func<SlaLimit<TimeSpan>, TimeSpan> delay)
    {
        double worst = 0;
        if (sla.Loss is { } loss)
        {
            // A limit of zero is broken by any loss, and by how much is then the loss itself.
            double limit = ratio(loss);
            worst = limit > 0 ? quality.Loss / limit : quality.Loss > 0 ? 1 + quality.Loss : 0;
        }

        if (sla.Latency is { } latency && quality.Latency is { } measured)
        {
            worst = Math.Max(worst, measured / delay(latency));
        }

        return sla.Jitter is { } jitter && quality.Jitter is { } differences ? Math.Max(worst, differences / delay(jitter)) : worst;
    }
}
