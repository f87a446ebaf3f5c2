using System.Threading.Tasks.Sources;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>
/// What one waiting read awaits. Used over and over, so that waiting allocates nothing. Whoever takes the arm completes the wait: the kernel's
/// wake-up, the timer, a cancellation, a disposal or the waiter itself, and never two of them.
/// </summary>
internal sealed class ReadWaiter : IValueTaskSource
{
    // Continuations go to the pool: the thread that wakes readers must not run what they do.
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private int _armed;

    /// <summary>Starts to listen. The owner looks for records after this, so that none that comes between is missed.</summary>
    internal ValueTask Arm()
    {
        _core.Reset();
        Interlocked.Exchange(ref _armed, 1);
        return new ValueTask(this, _core.Version);
    }

    /// <summary>Stops listening. False when somebody completes the wait already: then it must be awaited.</summary>
    internal bool TryDisarm() => Interlocked.Exchange(ref _armed, 0) == 1;

    /// <summary>Completes the wait, if there is one.</summary>
    internal void Wake()
    {
        if (TryDisarm())
        {
            _core.SetResult(true);
        }
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
