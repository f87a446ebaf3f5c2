using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Clovisor.Wan.Interop;
using Clovisor.Wan.Probes;

namespace Clovisor.Wan.Steering;

/// <summary>Waits on sockets, on time and on other threads, in one place. Made and waited on by one thread; woken by any.</summary>
internal sealed class EventLoop : IDisposable
{
    private readonly FileHandle _wake = FileHandle.Event();
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly ITimer? _timer;
    private readonly List<IPolled> _polled = [];
    private Libc.PollEntry[] _entries = GC.AllocateUninitializedArray<Libc.PollEntry>(64, pinned: true);

    /// <summary>Makes a loop. With the system's clock the kernel wakes it; with another clock that clock's timer does.</summary>
    public EventLoop(TimeProvider time)
    {
        _timer = time == TimeProvider.System ? null : time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Has the loop's thread run something soon.</summary>
    public void Post(Action command)
    {
        _commands.Enqueue(command);
        Wake();
    }

    public bool TryTake(out Action command) => _commands.TryDequeue(out command!);

    /// <summary>Waits until a socket is readable, the loop is woken, or a time has passed.</summary>
    /// <param name="first">A socket.</param>
    /// <param name="others">More sockets; those that are readable, or whatever they wait for, are marked.</param>
    /// <param name="timeout">How long at most; null for ever.</param>
    /// <returns>Whether <paramref name="first"/> is readable.</returns>
    public unsafe bool Wait(FileHandle first, IEnumerable<IPolled> others, TimeSpan? timeout)
    {
        _polled.Clear();
        _polled.AddRange(others);
        int count = 2 + _polled.Count;
        if (_entries.Length < count)
        {
            _entries = GC.AllocateUninitializedArray<Libc.PollEntry>(2 * count, pinned: true);
        }

        _entries[0] = new Libc.PollEntry { File = first.Number, Events = Libc.POLLIN };
        _entries[1] = new Libc.PollEntry { File = _wake.Number, Events = Libc.POLLIN };
        for (int i = 0; i < _polled.Count; i++)
        {
            _polled[i].IsReady = false;
            _entries[2 + i] = new Libc.PollEntry { File = _polled[i].Handle.Number, Events = _polled[i].Awaited };
        }

        if (timeout < TimeSpan.Zero)
        {
            timeout = TimeSpan.Zero;
        }

        Libc.TimeSpec limit = default;
        bool limited = timeout is not null && (_timer is null || timeout == TimeSpan.Zero);
        if (limited)
        {
            limit.Seconds = (nint)(timeout!.Value.Ticks / TimeSpan.TicksPerSecond);
            limit.Fraction = (nint)(timeout.Value.Ticks % TimeSpan.TicksPerSecond * 100);
        }

        _timer?.Change(timeout ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        int ready;
        fixed (Libc.PollEntry* entries = _entries)
        {
            ready = Libc.ppoll(entries, (nuint)count, limited ? &limit : null, null);
        }

        if (ready < 0 && Marshal.GetLastPInvokeError() is var error and not Libc.EINTR)
        {
            throw WanException.FromErrno("wait for events", error);
        }

        for (int i = 0; ready > 0 && i < _polled.Count; i++)
        {
            _polled[i].IsReady = _entries[2 + i].Returned != 0;
        }

        if (ready > 0 && _entries[1].Returned != 0)
        {
            ulong woken;
            Libc.read(_wake, &woken, sizeof(ulong));
        }

        return ready > 0 && _entries[0].Returned != 0;
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _wake.Dispose();
    }

    private unsafe void Wake()
    {
        ulong one = 1;
        Libc.write(_wake, &one, sizeof(ulong));
    }
}
