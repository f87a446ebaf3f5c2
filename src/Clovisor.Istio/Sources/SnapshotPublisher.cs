using System.Runtime.CompilerServices;

namespace Clovisor.Istio.Sources;

/// <summary>Holds the snapshot in force and hands new ones to whoever watches. Thread-safe.</summary>
internal sealed class SnapshotPublisher
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = NewSignal();
    private IstioSnapshot _current = new();
    private bool _ended;

    public IstioSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Puts a snapshot in force under the next revision, and gives it back; does nothing after the end.</summary>
    public IstioSnapshot Publish(IstioSnapshot snapshot)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return _current;
            }

            Volatile.Write(ref _current, snapshot with { Revision = _current.Revision + 1 });
            TaskCompletionSource signal = _next;
            _next = NewSignal();
            signal.TrySetResult();
            return _current;
        }
    }

    /// <summary>Ends every <see cref="WatchAsync"/>.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            _next.TrySetResult();
        }
    }

    public async IAsyncEnumerable<IstioSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long seen = -1;
        while (true)
        {
            Task next;
            IstioSnapshot snapshot;
            bool ended;
            lock (_lock)
            {
                next = _next.Task;
                snapshot = _current;
                ended = _ended;
            }

            if (snapshot.Revision != seen)
            {
                seen = snapshot.Revision;
                yield return snapshot;
            }
            else if (ended)
            {
                yield break;
            }
            else
            {
                await next.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
