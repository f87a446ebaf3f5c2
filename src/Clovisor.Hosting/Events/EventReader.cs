using System.Threading.Channels;
using Clovisor.Wan.Datapath;

namespace Clovisor.Hosting.Events;

/// <summary>One of those that read events. What it does not take in time it loses. Members are for one reader; disposing ends it.</summary>
internal sealed class EventReader(EventHub hub, Func<long> lostBefore, int room) : IDisposable
{
    private readonly Channel<DatapathEvent> _events = Channel.CreateBounded<DatapathEvent>(new BoundedChannelOptions(room) { SingleReader = true, SingleWriter = true });
    private long _lostBefore = lostBefore();
    private long _lost;

    /// <summary>Completes when there will be no more.</summary>
    internal ChannelReader<DatapathEvent> Events => _events.Reader;

    /// <summary>How many events this reader has lost since it was last asked: those that nobody could read, and those that it was too slow for.</summary>
    internal long TakeLost()
    {
        long before = lostBefore();
        long lost = Interlocked.Exchange(ref _lost, 0) + before - _lostBefore;
        _lostBefore = before;
        return lost;
    }

    public void Dispose() => hub.Close(this);

    /// <summary>False: it is full, and the event lost to it.</summary>
    internal bool Offer(DatapathEvent happened)
    {
        if (_events.Writer.TryWrite(happened))
        {
            return true;
        }

        Interlocked.Increment(ref _lost);
        return false;
    }

    internal void Complete() => _events.Writer.TryComplete();
}
