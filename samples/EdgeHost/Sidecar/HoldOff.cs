namespace Clovisor.EdgeHost.Sidecar;

/// <summary>
/// Keeps a proxy from waiting for an agent that does not answer: after a failure nobody asks for a while, and then one at a time.
/// Safe for concurrent use.
/// </summary>
/// <param name="pause">How long nobody asks after a failure.</param>
internal sealed class HoldOff(TimeSpan pause, TimeProvider time)
{
    private readonly Lock _lock = new();
    private bool _failing;
    private bool _trying;
    private long _failedAt;
    private int _recoveries;

    /// <summary>How often the agent has come back.</summary>
    public int Recoveries => Volatile.Read(ref _recoveries);

    public bool IsFailing
    {
        get
        {
            lock (_lock)
            {
                return _failing;
            }
        }
    }

    /// <summary>Whether to ask now. Who gets true owes one call of <see cref="Succeeded"/> or <see cref="Failed"/>.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (!_failing)
            {
                return true;
            }

            if (_trying || time.GetElapsedTime(_failedAt) < pause)
            {
                return false;
            }

            _trying = true;
            return true;
        }
    }

    public void Succeeded()
    {
        lock (_lock)
        {
            _recoveries += _failing ? 1 : 0;
            _failing = _trying = false;
        }
    }

    public void Failed()
    {
        lock (_lock)
        {
            _failing = true;
            _trying = false;
            _failedAt = time.GetTimestamp();
        }
    }
}
