using System.Collections.Concurrent;
using System.Net.Sockets;
using Clovisor.Hosting.Interop;

namespace Clovisor.Hosting.SessionApi.Transport;

/// <summary>
/// The thread that waits for the connections of the session API and runs what they ask, where that is short: handing a report of some microseconds to another thread costs several times as
/// much as the report itself. Whatever takes longer leaves the thread by itself.
/// </summary>
internal sealed class PollThread : IDisposable
{
    private const int EventsAtOnce = 64;

    private readonly Epoll _epoll = new();
    private readonly ConcurrentDictionary<ulong, PolledConnection> _watched = new();
    private readonly Thread _thread;
    private ulong _lastNumber;
    private volatile bool _ends;

    internal PollThread()
    {
        _thread = new Thread(Run) { Name = "Clovisor session API", IsBackground = true };
        _thread.UnsafeStart();
    }

    /// <summary>Tells a connection whenever its socket becomes ready, until <see cref="Unwatch"/>.</summary>
    internal ulong Watch(PolledConnection connection, Socket socket)
    {
        ulong number = Interlocked.Increment(ref _lastNumber);
        _watched[number] = connection;
        try
        {
            _epoll.Watch(socket.SafeHandle, number);
        }
        catch
        {
            _watched.TryRemove(number, out _);
            throw;
        }

        return number;
    }

    internal void Unwatch(ulong number) => _watched.TryRemove(number, out _);

    /// <summary>Ends the thread; its connections have ended before.</summary>
    public void Dispose()
    {
        _ends = true;

        // A socket that is connected to nothing is an event at once.
        using (Socket news = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            _epoll.Watch(news.SafeHandle, 0);
            _thread.Join();
        }

        _epoll.Dispose();
    }

    private void Run()
    {
        Span<Epoll.Event> events = stackalloc Epoll.Event[EventsAtOnce];
        while (!_ends)
        {
            int count = _epoll.Next(events);
            foreach (Epoll.Event happened in events[..count])
            {
                if (_watched.TryGetValue(happened.Number, out PolledConnection? connection))
                {
                    connection.Happened(in happened);
                }
            }
        }
    }
}
