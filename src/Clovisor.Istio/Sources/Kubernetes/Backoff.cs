namespace Clovisor.Istio.Sources.Kubernetes;

/// <summary>Waits between attempts: doubled from the first to the longest, each stretched at random so that many clients do not come back at one moment. Not thread-safe.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Random random)
{
    private readonly TimeSpan _first = first;
    private TimeSpan _next = first;

    public TimeSpan Next()
    {
        TimeSpan wait = Stretch(_next);
        _next = _next * 2 < longest ? _next * 2 : longest;
        return wait;
    }

    public void Reset() => _next = _first;

    /// <summary>Makes a span longer by up to its length again.</summary>
    public TimeSpan Stretch(TimeSpan span) => span * (1 + random.NextDouble());
}
