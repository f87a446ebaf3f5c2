using System.Runtime.CompilerServices;

namespace Clovisor.Istio.Sources;

/// <summary>Holds the snapshot in force and hands new ones to whoever watches. Thread-safe.</summary>
/// <param name="first">The state before the first snapshot.</param>
/// <param name="numbered">Gives a snapshot its revision.</param>
/// <typeparam name="T">The type of snapshots, which are immutable.</typeparam>
internal class SnapshotPublisher<T>(T first, Func<T, long, T> numbered)
    where T : class
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = NewSignal();
    private T _current = first;
    private long _revision;
    private bool _ended;

    public T Current => Volatile.Read(ref _current);

    /// <summary>Puts a snapshot in force under the next revision, and gives it back; does nothing after the end.</summary>
    public T Publish(T snapshot)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return _current;
            }

            Volatile.Write(ref _current, numbered(snapshot, ++_revision));
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

    public async IAsyncEnumerable<T> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long seen = -1;
        while (true)
        {
            Task next;
            T snapshot;
            long revision;
            bool ended;
            lock (_lock)
            {
                next = _next.Task;
                snapshot = _current;
                revision = _revision;
                ended = _ended;
            }

            if (revision != seen)
            {
                seen = revision;
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

/// <summary>Publishes snapshots of a mesh.</summary>
internal sealed class SnapshotPublisher() : SnapshotPublisher<IstioSnapshot>(new(), static (snapshot, revision) => snapshot with { Revision = revision });
