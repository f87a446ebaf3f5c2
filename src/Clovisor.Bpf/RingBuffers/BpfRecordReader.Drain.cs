namespace Clovisor.Bpf.RingBuffers;

// Waiting for the reader to catch up.
public abstract partial class BpfRecordReader
{
    private readonly Lock _draining = new();
    private List<Drain>? _drains;

    /// <summary>
    /// Waits until everything that programs had sent before the call is read and done with. Wakes a reader that waits, so that records
    /// submitted with <c>BPF_RB_NO_WAKEUP</c> count too.
    /// </summary>
    /// <param name="cancellationToken">Ends this wait, not the reader.</param>
    /// <remarks>Somebody else must be reading, or start to: this reads nothing itself. A record is done with when the reader asks for the next one, waits, or
    /// ends its reading.</remarks>
    /// <exception cref="ObjectDisposedException">The reader is disposed, or was before all was read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task DrainAsync(CancellationToken cancellationToken = default)
    {
        var drain = new Drain(new ulong[_sources.Length]);
        lock (_draining)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            for (int i = 0; i < _sources.Length; i++)
            {
                using var lease = _sources[i].Memory.Lease();
                drain.Targets[i] = _sources[i].Produced;
            }

            if (IsReached(drain))
            {
                return Task.CompletedTask;
            }

            (_drains ??= []).Add(drain);
        }

        _waiter.Wake();
        return drain.Done.Task.WaitAsync(cancellationToken);
    }

    // Called whenever the position went out; costs one look at a field when nobody waits.
    private void CompleteDrains()
    {
        if (Volatile.Read(ref _drains) is null)
        {
            return;
        }

        lock (_draining)
        {
            for (int i = (_drains?.Count ?? 0) - 1; i >= 0; i--)
            {
                if (IsReached(_drains![i]))
                {
                    _drains[i].Done.TrySetResult();
                    _drains.RemoveAt(i);
                }
            }

            if (_drains is { Count: 0 })
            {
                _drains = null;
            }
        }
    }

    private void FailDrains()
    {
        lock (_draining)
        {
            _drains?.ForEach(drain => drain.Done.TrySetException(new ObjectDisposedException(GetType().FullName)));
            _drains = null;
        }
    }

    private bool IsReached(Drain drain)
    {
        for (int i = 0; i < _sources.Length; i++)
        {
            if (_sources[i].Committed < drain.Targets[i])
            {
                return false;
            }
        }

        return true;
    }

    private sealed record Drain(ulong[] Targets)
    {
        internal TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
