using System.Diagnostics;
using System.Runtime.CompilerServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.RingBuffers;

// Waiting for records, on a thread or without one.
public abstract partial class BpfRecordReader
{
    // A thread in poll(2) hears of a disposal only when it looks.
    private const double DisposalCheckMilliseconds = 250;

    private readonly ReadWaiter _waiter = new();
    private readonly Lock _watching = new();
    private ulong[]? _watches;
    private ITimer? _timer;
    private int _waits;

    /// <summary>Waits until there is something to read, without holding a thread.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>True when there is; a record that its program gave up counts too. False when the reader is disposed.</returns>
    /// <remarks>One wait at a time. Nothing that was read before counts as waiting: it is given back to the kernel first. A record that a program
    /// submits with <c>BPF_RB_NO_WAKEUP</c> ends no wait: see <see cref="BpfReaderOptions.PollInterval"/> and <see cref="DrainAsync"/>.</remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="InvalidOperationException">Another wait or read goes on.</exception>
    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => WaitAsync(entered: false, cancellationToken);

    /// <summary>Waits until there is something to read, on this thread.</summary>
    /// <param name="timeout">For how long; <see cref="Timeout.InfiniteTimeSpan"/> for ever, zero only to look.</param>
    /// <returns>True when there is; a record that its program gave up counts too. False when the time is over.</returns>
    /// <remarks>Meant for a thread of its own, which counts as the one reader while it waits.</remarks>
    /// <exception cref="InvalidOperationException">Another read goes on.</exception>
    /// <exception cref="ObjectDisposedException">The reader is disposed, or was while this waited; noticed within a quarter of a second.</exception>
    public unsafe bool WaitToRead(TimeSpan timeout)
    {
        long started = Stopwatch.GetTimestamp();
        LibC.PollDescriptor* descriptors = stackalloc LibC.PollDescriptor[_sources.Length];
        var spin = new SpinWait();
        Enter();
        try
        {
            for (; ; )
            {
                ObjectDisposedException.ThrowIf(IsDisposed, this);
                if (LookAgain())
                {
                    return true;
                }

                double left = timeout == Timeout.InfiniteTimeSpan ? int.MaxValue : (timeout - Stopwatch.GetElapsedTime(started)).TotalMilliseconds;
                if (left <= 0)
                {
                    return false;
                }

                for (int i = 0; i < _sources.Length; i++)
                {
                    using BpfHandle.FdLease lease = _sources[i].Descriptor.Lease();
                    descriptors[i] = new LibC.PollDescriptor { Descriptor = BpfSyscall.PollDescriptor(lease.Descriptor), Events = LibC.POLLIN };
                }

                double interval = Math.Min(_options.PollInterval?.TotalMilliseconds ?? DisposalCheckMilliseconds, DisposalCheckMilliseconds);
                if (LibC.poll(descriptors, (nuint)_sources.Length, (int)Math.Ceiling(Math.Min(left, interval))) > 0)
                {
                    // The kernel says ready as soon as a record is reserved. Its program submits it within microseconds.
                    spin.SpinOnce();
                }
            }
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Waits as <see cref="WaitToReadAsync"/> does, for a reader that has or has not entered.</summary>
    private ValueTask<bool> WaitAsync(bool entered, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        if (Interlocked.Exchange(ref _waits, 1) != 0)
        {
            throw new InvalidOperationException("Another wait for this buffer goes on. Wait in one place, and hand the records on.");
        }

        try
        {
            if (TryLook(entered, out bool answer))
            {
                Volatile.Write(ref _waits, 0);
                return new ValueTask<bool>(answer);
            }

            Watch();
        }
        catch
        {
            Volatile.Write(ref _waits, 0);
            throw;
        }

        return WaitForWakeUpAsync(entered, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitForWakeUpAsync(bool entered, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static waiter => ((ReadWaiter)waiter!).Wake(), _waiter);
        try
        {
            for (; ; )
            {
                ValueTask wakeUp = _waiter.Arm();
                bool found = cancellationToken.IsCancellationRequested | TryLook(entered, out bool answer);
                if (found && _waiter.TryDisarm())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    return answer;
                }

                await wakeUp.ConfigureAwait(false);
            }
        }
        finally
        {
            Volatile.Write(ref _waits, 0);
        }
    }

    // True when the wait is over: there is a record, or the reader is disposed.
    private bool TryLook(bool entered, out bool answer)
    {
        answer = false;
        if (IsDisposed)
        {
            return true;
        }

        if (entered)
        {
            return answer = LookAgain();
        }

        try
        {
            Enter();
        }
        catch (ObjectDisposedException)
        {
            return true;
        }

        try
        {
            return answer = LookAgain();
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>
    /// Gives everything back and looks once more. The kernel wakes a reader only if its position, as the kernel sees it, is that of the record
    /// being submitted; so the position goes out before the look, with a full fence between, as the kernel has one between its two.
    /// </summary>
    private bool LookAgain()
    {
        Commit();
        Interlocked.MemoryBarrier();
        foreach (RecordSource source in _sources)
        {
            if (source.HasRecord)
            {
                return true;
            }
        }

        _timer?.Change(_options.PollInterval!.Value, Timeout.InfiniteTimeSpan);
        return false;
    }

    private void Watch()
    {
        lock (_watching)
        {
            if (_watches is not null || IsDisposed)
            {
                return;
            }

            var watches = new ulong[_sources.Length];
            Action wake = _waiter.Wake;
            int count = 0;
            try
            {
                for (; count < watches.Length; count++)
                {
                    watches[count] = ReadinessThread.Watch(_sources[count].Descriptor, LibC.EPOLLIN, wake);
                }
            }
            catch
            {
                Unwatch(watches.AsSpan(0, count));
                throw;
            }

            _watches = watches;
            if (_options.PollInterval is { } interval)
            {
                _timer = _options.TimeProvider.CreateTimer(static waiter => ((ReadWaiter)waiter!).Wake(), _waiter, interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Unwatch(ReadOnlySpan<ulong> watches)
    {
        for (int i = 0; i < watches.Length; i++)
        {
            ReadinessThread.Unwatch(watches[i], _sources[i].Descriptor);
        }
    }

    // After the state says disposed, so that nobody starts again, and before the descriptors are closed.
    private void StopWatching()
    {
        lock (_watching)
        {
            Unwatch(_watches);
            _watches = null;
            _timer?.Dispose();
        }
    }
}
