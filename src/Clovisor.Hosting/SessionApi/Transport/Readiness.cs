using System.Threading.Tasks.Sources;

namespace Clovisor.Hosting.SessionApi.Transport;

/// <summary>One waits until another says that a socket is ready. A word that comes first is kept. What waited goes on at once, on the thread that said so.</summary>
internal sealed class Readiness : IValueTaskSource
{
    private const int Nothing = 0;
    private const int Said = 1;
    private const int Awaited = 2;

    // Mutable: a copy would not be the one that is set.
    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = false };
    private int _state;

    /// <summary>Waits. One at a time.</summary>
    internal ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Nothing, Said) == Said)
        {
            return default;
        }

        _core.Reset();
        if (Interlocked.CompareExchange(ref _state, Awaited, Nothing) == Nothing)
        {
            return new ValueTask(this, _core.Version);
        }

        // It was said between the two looks.
        Volatile.Write(ref _state, Nothing);
        return default;
    }

    /// <summary>Says so.</summary>
    internal void Say()
    {
        if (Interlocked.CompareExchange(ref _state, Said, Nothing) == Awaited && Interlocked.CompareExchange(ref _state, Nothing, Awaited) == Awaited)
        {
            _core.SetResult(true);
        }
    }

    public void GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _core.OnCompleted(continuation, state, token, flags);
}
