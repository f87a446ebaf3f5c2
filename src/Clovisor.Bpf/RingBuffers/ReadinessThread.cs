using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>
/// The one thread of the process that waits for buffers, by epoll. It starts with the first reader that waits, and sleeps while there is nothing;
/// it runs nobody's code. .NET has no way of its own to await a descriptor.
/// </summary>
/// <remarks>
/// Descriptors are watched for edges: the kernel wakes a reader when a record is submitted right where the reader stands. Levels would keep
/// the thread busy for as long as a program has reserved a record and not submitted it.
/// </remarks>
internal static unsafe class ReadinessThread
{
    private const int EventsAtOnce = 64;

    private static readonly Lock Starting = new();
    private static readonly ConcurrentDictionary<ulong, Action> Watched = new();
    private static BpfHandle? _epoll;
    private static ulong _lastId;

    /// <summary>Calls an action on the thread whenever a descriptor becomes ready, until <see cref="Unwatch"/>. The action must be short.</summary>
    /// <returns>The number to end it with.</returns>
    internal static ulong Watch(BpfHandle descriptor, uint events, Action ready)
    {
        BpfHandle epoll = Start();
        ulong id = Interlocked.Increment(ref _lastId);
        Watched[id] = ready;
        using BpfHandle.FdLease lease = descriptor.Lease();
        using BpfHandle.FdLease epollLease = epoll.Lease();
        byte* description = stackalloc byte[EpollEvents.Size];
        EpollEvents.Write(description, events | LibC.EPOLLET, id);
        if (LibC.epoll_ctl(epollLease.Descriptor, LibC.EPOLL_CTL_ADD, BpfSyscall.PollDescriptor(lease.Descriptor), description) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            Watched.TryRemove(id, out _);
            throw BpfErrors.Create("watch by epoll", "a buffer", errno);
        }

        return id;
    }

    /// <summary>Ends it. To be called before the descriptor is closed: a duplicate elsewhere would keep it watched. A call under way may still come.</summary>
    internal static void Unwatch(ulong id, BpfHandle descriptor)
    {
        if (!Watched.TryRemove(id, out _) || _epoll is not { } epoll)
        {
            return;
        }

        using BpfHandle.FdLease lease = descriptor.Lease();
        using BpfHandle.FdLease epollLease = epoll.Lease();
        _ = LibC.epoll_ctl(epollLease.Descriptor, LibC.EPOLL_CTL_DEL, BpfSyscall.PollDescriptor(lease.Descriptor), null);
    }

    private static BpfHandle Start()
    {
        lock (Starting)
        {
            if (_epoll is { } running)
            {
                return running;
            }

            int descriptor = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
            if (descriptor < 0)
            {
                throw BpfErrors.Create("create", "the epoll descriptor of the buffer readers", Marshal.GetLastPInvokeError());
            }

            var epoll = new BpfHandle(descriptor).KeepForProcess();
            new Thread(static state => Run((BpfHandle)state!)) { Name = "Clovisor.Bpf readers", IsBackground = true }.UnsafeStart(epoll);
            return _epoll = epoll;
        }
    }

    private static void Run(BpfHandle epoll)
    {
        byte* events = stackalloc byte[EventsAtOnce * EpollEvents.Size];
        using BpfHandle.FdLease lease = epoll.Lease();
        for (; ; )
        {
            // A signal ends the wait early, as any error would if there were others: the descriptor lives as long as the process.
            int count = LibC.epoll_wait(lease.Descriptor, events, EventsAtOnce, -1);
            for (int i = 0; i < count; i++)
            {
                if (Watched.TryGetValue(EpollEvents.Data(events, i), out Action? ready))
                {
                    ready();
                }
            }
        }
    }
}
