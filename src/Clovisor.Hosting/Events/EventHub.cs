using Clovisor.Bpf;
using Clovisor.Hosting.Configuration;
using Clovisor.Wan.Datapath;
using Microsoft.Extensions.Logging;

namespace Clovisor.Hosting.Events;

/// <summary>Hands the datapath's events to all that read them. The kernel is read while somebody does, and waits for nobody.</summary>
internal sealed partial class EventHub : IDisposable
{
    /// <summary>How many events a reader may be behind.</summary>
    internal const int Room = 1024;

    private readonly Lock _gate = new();
    private readonly Func<EventSource?> _source;
    private readonly ILogger<EventHub> _log;
    private readonly List<EventReader> _readers = [];
    private CancellationTokenSource? _end;
    private Task _reading = Task.CompletedTask;
    private long _lostByReaders;

    public EventHub(WanRuntime wan, ILogger<EventHub> log)
        : this(() => wan.Running?.Datapath is BpfWanDatapath datapath ? new EventSource(datapath.ReadEventsAsync, () => datapath.EventsLost) : null, log)
    {
    }

    internal EventHub(Func<EventSource?> source, ILogger<EventHub> log) => (_source, _log) = (source, log);

    /// <summary>Events that readers were too slow for: each counts for each of them.</summary>
    internal long LostByReaders => Interlocked.Read(ref _lostByReaders);

    /// <summary>Begins to read. Null: there is no datapath that tells.</summary>
    internal EventReader? TryOpen()
    {
        lock (_gate)
        {
            if (_source() is not { } source)
            {
                return null;
            }

            var reader = new EventReader(this, () => LostOf(source), Room);
            _readers.Add(reader);
            if (_end is null)
            {
                _end = new CancellationTokenSource();
                _reading = ReadAsync(_reading, source, _end);
            }

            return reader;
        }
    }

    /// <summary>Ends a reader; with the last of them the reading.</summary>
    internal void Close(EventReader reader)
    {
        lock (_gate)
        {
            reader.Complete();
            if (_readers.Remove(reader) && _readers.Count == 0)
            {
                // Without waiting: its reading ends by itself, and the next waits for it.
                _ = _end?.CancelAsync();
                _end = null;
            }
        }
    }

    /// <summary>Ends the reading, and with it the readers.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _end?.Cancel();
            _end?.Dispose();
            _end = null;
            _readers.ForEach(static reader => reader.Complete());
            _readers.Clear();
        }
    }

    private static long LostOf(EventSource source)
    {
        try
        {
            return source.Lost();
        }
        catch (Exception e) when (e is ObjectDisposedException or BpfException)
        {
            // It ends, and so does the reader, whose next question finds that.
            return 0;
        }
    }

    // There is one reading at a time: the one before may still be ending.
    private async Task ReadAsync(Task before, EventSource source, CancellationTokenSource end)
    {
        await before.ConfigureAwait(false);
        try
        {
            await foreach (DatapathEvent happened in source.Read(end.Token).ConfigureAwait(false))
            {
                Hand(happened);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The last reader has gone.
        }
        catch (ObjectDisposedException)
        {
            // The datapath has.
        }
        catch (Exception e)
        {
            LogReadingFailed(e);
        }
        finally
        {
            End(end);
        }
    }

    // Whoever reads now, also what a reading still takes that is ending: the next does not get it again.
    private void Hand(DatapathEvent happened)
    {
        lock (_gate)
        {
            foreach (EventReader reader in _readers)
            {
                if (!reader.Offer(happened))
                {
                    Interlocked.Increment(ref _lostByReaders);
                }
            }
        }
    }

    private void End(CancellationTokenSource end)
    {
        lock (_gate)
        {
            if (_end == end)
            {
                _readers.ForEach(static reader => reader.Complete());
                _readers.Clear();
                _end = null;
            }
        }
    }

    [LoggerMessage(EventId = 1321, EventName = nameof(LogReadingFailed), Level = LogLevel.Warning, Message = "Reading the events of the datapath failed; those who read them are told no more")]
    private partial void LogReadingFailed(Exception exception);
}
