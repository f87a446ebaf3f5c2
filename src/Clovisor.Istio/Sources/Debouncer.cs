namespace Clovisor.Istio.Sources;

/// <summary>
/// Runs an action some time after it was asked for: once things are quiet, and after the longest wait even if they never are. The action never
/// runs twice at once; what is asked for while it runs makes another run.
/// </summary>
internal sealed class Debouncer : IDisposable
{
    private readonly TimeSpan _quiet;
    private readonly TimeSpan _longest;
    private readonly TimeProvider _time;
    private readonly Action _action;
    private readonly Lock _lock = new();
    private readonly Lock _running = new();
    private readonly ITimer _timer;
    private long? _first;
    private bool _disposed;

    public Debouncer(TimeSpan quiet, TimeSpan longest, TimeProvider time, Action action)
    {
        _quiet = quiet;
        _longest = longest;
        _time = time;
        _action = action;
        _timer = time.CreateTimer(static s => ((Debouncer)s!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Asks for a run.</summary>
    public void Touch()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _first ??= _time.GetTimestamp();
            TimeSpan left = _longest - _time.GetElapsedTime(_first.Value);
            TimeSpan wait = left < _quiet ? left : _quiet;
            _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Stops. A run that has begun is waited for; none follows.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer.Dispose();
        }

        lock (_running)
        {
            // The last run is over.
        }
    }

    private void Run()
    {
        lock (_running)
        {
            lock (_lock)
            {
                if (_disposed)
                {
                    return;
                }

                _first = null;
            }

            _action();
        }
    }
}
