namespace Clovisor.Hosting.Callers;

/// <summary>What one caller may still do, and has done. Thread-safe.</summary>
internal sealed class CallerAccount(CallerIdentity identity, CallerRule rule, int reportsPerSecond, int mostSessions, TimeProvider time)
{
    private readonly Lock _bucket = new();
    private double _credit = reportsPerSecond;
    private long _filled = time.GetTimestamp();
    private long _reports;
    private long _refused;
    private long _limited;
    private int _sessions;

    internal CallerIdentity Identity => identity;

    internal CallerRule Rule => rule;

    /// <summary>Reports that were taken up, whatever became of them.</summary>
    internal long Reports => Interlocked.Read(ref _reports);

    /// <summary>Reports with something wrong in them, and requests that could not be read.</summary>
    internal long Refused => Interlocked.Read(ref _refused);

    /// <summary>Reports beyond the rate or the number of sessions.</summary>
    internal long Limited => Interlocked.Read(ref _limited);

    /// <summary>Sessions entered by this caller that were alive when last looked at.</summary>
    internal int Sessions => Volatile.Read(ref _sessions);

    internal bool MayEnter => Sessions < mostSessions;

    /// <summary>Little room is left, or seems to be: sessions that have ended are still counted until they are looked for.</summary>
    internal bool IsNearlyFull => Sessions > mostSessions - (mostSessions / 16);

    internal int MostSessions => mostSessions;

    internal int ReportsPerSecond => reportsPerSecond;

    /// <summary>Takes the credit of one report. The bucket holds a second's worth.</summary>
    internal bool TryTake()
    {
        Interlocked.Increment(ref _reports);
        if (TrySpend(out _))
        {
            return true;
        }

        Interlocked.Increment(ref _limited);
        return false;
    }

    /// <summary>The same for who can wait: how long it is until there is credit again. A report that waits is not counted as beyond the rate.</summary>
    internal bool TryTake(out TimeSpan wait)
    {
        bool taken = TrySpend(out wait);
        if (taken)
        {
            Interlocked.Increment(ref _reports);
        }

        return taken;
    }

    private bool TrySpend(out TimeSpan wait)
    {
        lock (_bucket)
        {
            long now = time.GetTimestamp();
            _credit = Math.Min(reportsPerSecond, _credit + (time.GetElapsedTime(_filled, now).TotalSeconds * reportsPerSecond));
            _filled = now;
            wait = _credit < 1 ? TimeSpan.FromSeconds((1 - _credit) / reportsPerSecond) : TimeSpan.Zero;
            if (_credit < 1)
            {
                return false;
            }

            _credit--;
            return true;
        }
    }

    internal void CountRefused() => Interlocked.Increment(ref _refused);

    internal void CountLimited() => Interlocked.Increment(ref _limited);

    internal void SessionEntered() => Interlocked.Increment(ref _sessions);

    internal void SessionGone() => Interlocked.Decrement(ref _sessions);
}
