namespace Clovisor.Wan.Sla;

/// <summary>Thins out what sessions tell of a link to so many samples a second as a verdict can use.</summary>
/// <remarks>
/// Packets lost by one full queue are one event, not hundreds; and a busy link would otherwise have a false alarm a hundred times as often as a quiet one.
/// What is above the rate is averaged, not dropped: the ratio of losses stays.
/// </remarks>
internal sealed class PassiveRate
{
    private const double SamplesPerSecond = 100;

    private TimeSpan? _last;

    /// <summary>Counts samples as at most what the time since the last call allows.</summary>
    public (double Samples, double Lost) Thin(double samples, double lost, TimeSpan now)
    {
        double seconds = Math.Clamp((now - (_last ?? now - TimeSpan.FromSeconds(1))).TotalSeconds, 0, 1);
        _last = now;
        double share = Math.Min(1, SamplesPerSecond * seconds / samples);
        return (samples * share, lost * share);
    }
}
