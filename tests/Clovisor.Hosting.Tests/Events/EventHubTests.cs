using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Clovisor.Hosting.Events;
using Clovisor.Wan.Datapath;
using Microsoft.Extensions.Logging.Abstractions;

namespace Clovisor.Hosting.Tests.Events;

/// <summary>One source of events, and those who read them.</summary>
public sealed class EventHubTests : IDisposable
{
    private readonly FakeSource _source = new();
    private readonly EventHub _hub;

    public EventHubTests() => _hub = new EventHub(() => new EventSource(_source.ReadAsync, () => _source.Lost), NullLogger<EventHub>.Instance);

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task Every_reader_is_told_and_the_source_is_read_while_there_is_one()
    {
        Assert.Equal(0, _source.Readings);
        using EventReader first = _hub.TryOpen()!;
        await _source.TellAsync(1);
        Assert.Equal(1, await NextAsync(first));
        EventReader second = _hub.TryOpen()!;
        Assert.Equal(1, _source.Readings);

        await _source.TellAsync(2);
        Assert.Equal((2, 2), (await NextAsync(first), await NextAsync(second)));
        first.Dispose();
        await _source.TellAsync(3);
        Assert.Equal(3, await NextAsync(second));
        Assert.True(_source.IsRead);
        Assert.False(first.Events.TryRead(out _));

        second.Dispose();
        await TestHost.Eventually(() => !_source.IsRead);
    }

    [Fact]
    public async Task A_reading_begins_when_the_one_before_has_ended()
    {
        for (int port = 1; port < 50; port++)
        {
            using EventReader reader = _hub.TryOpen()!;
            await _source.TellAsync(port);

            Assert.Equal(port, await NextAsync(reader));
        }

        Assert.Equal(1, _source.MostAtOnce);
    }

    [Fact]
    public async Task A_slow_reader_loses_and_is_told_how_many_and_the_others_lose_nothing()
    {
        using EventReader slow = _hub.TryOpen()!;
        using EventReader quick = _hub.TryOpen()!;

        for (int port = 1; port <= EventHub.Room + 7; port++)
        {
            await _source.TellAsync(port);
            Assert.Equal(port, await NextAsync(quick));
        }

        Assert.Equal((0, 7, 7), (quick.TakeLost(), slow.TakeLost(), _hub.LostByReaders));
        Assert.Equal(0, slow.TakeLost());
        Assert.Equal(1, await NextAsync(slow));

        // What nobody could read, all have lost; each counts from when it came.
        _source.Lost = 5;
        using EventReader late = _hub.TryOpen()!;
        Assert.Equal((5, 5, 0), (quick.TakeLost(), slow.TakeLost(), late.TakeLost()));
    }

    [Fact]
    public async Task Readers_end_with_the_source_and_there_are_none_without()
    {
        using EventReader reader = _hub.TryOpen()!;
        _source.End();

        await reader.Events.Completion.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        using EventHub none = new(() => null, NullLogger<EventHub>.Instance);
        Assert.Null(none.TryOpen());
    }

    private static async Task<int> NextAsync(EventReader reader) =>
        (await reader.Events.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken)).Tuple.Source.Port;

    /// <summary>Events that differ by their port. One reading at a time, as the datapath has it.</summary>
    private sealed class FakeSource
    {
        private readonly Channel<DatapathEvent> _events = Channel.CreateUnbounded<DatapathEvent>();
        private int _now;

        internal int Readings { get; private set; }

        internal int MostAtOnce { get; private set; }

        internal long Lost { get; set; }

        internal bool IsRead => Volatile.Read(ref _now) > 0;

        internal async IAsyncEnumerable<DatapathEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Readings++;
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _now));
            try
            {
                await foreach (DatapathEvent told in _events.Reader.ReadAllAsync(cancellationToken))
                {
                    yield return told;
                }
            }
            finally
            {
                Interlocked.Decrement(ref _now);
            }
        }

        internal ValueTask TellAsync(int port) => _events.Writer.WriteAsync(new DatapathEvent
        {
            Time = DateTimeOffset.UnixEpoch,
            Kind = DatapathEventKind.Bound,
            Tuple = new SessionTuple(ProtocolType.Tcp, new IPEndPoint(IPAddress.Loopback, port), new IPEndPoint(IPAddress.Loopback, 443)),
        });

        internal void End() => _events.Writer.Complete();
    }
}
