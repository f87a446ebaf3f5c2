using Clovisor.Bpf.RingBuffers;
using Clovisor.Testing;
using Microsoft.Extensions.Time.Testing;
using static Clovisor.Bpf.Tests.RingBuffers.RingProgram;

namespace Clovisor.Bpf.Tests.RingBuffers;

public sealed class RingWaitingTests : IDisposable
{
    // Long enough never to be reached, short enough to end a test that hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly RingProgram _program = new();

    public void Dispose() => _program.Dispose();

    [KernelFact]
    public async Task A_wait_ends_with_the_record()
    {
        await using BpfRingBuffer ring = _program.Open();
        ValueTask<bool> wait = ring.WaitToReadAsync(TestContext.Current.CancellationToken);
        Assert.False(wait.IsCompleted);
        _program.Send(1);

        Assert.True(await wait.AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.True(ring.TryRead(out Event _));
    }

    [KernelFact]
    public async Task No_wake_up_is_lost_between_looking_and_sleeping()
    {
        await using BpfRingBuffer ring = _program.Open();
        const ulong Count = 20_000;
        Task<ulong> reader = Task.Run(async () =>
        {
            ulong next = 0;
            await foreach (Event read in ring.ReadAllAsync<Event>())
            {
                Assert.Equal(next, read.Value);
                if (++next == Count)
                {
                    break;
                }
            }

            return next;
        });
        for (ulong i = 0; i < Count; i++)
        {
            // One at a time, at changing distances, so that the reader falls asleep at each of its steps.
            while (!_program.Send(i))
            {
                Thread.Yield();
            }

            Thread.SpinWait((int)(i % 97) * 20);
        }

        Assert.Equal(Count, await reader.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [KernelFact]
    public async Task Records_of_several_producers_all_arrive()
    {
        await using BpfRingBuffer ring = _program.Open();
        const int Producers = 3, Each = 3000;
        Task<ulong> reader = Task.Run(async () =>
        {
            ulong sum = 0;
            int count = 0;
            await foreach (ReadOnlyMemory<byte> record in ring.ReadAllAsync())
            {
                sum += BitConverter.ToUInt64(record.Span);
                if (++count == Producers * Each)
                {
                    break;
                }
            }

            return sum;
        });
        Parallel.For(0, Producers, producer =>
        {
            for (int i = 0; i < Each; i++)
            {
                while (!_program.Send((ulong)((producer * Each) + i)))
                {
                    Thread.Yield();
                }
            }
        });

        const ulong Total = Producers * Each;
        Assert.Equal(Total * (Total - 1) / 2, await reader.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [KernelFact]
    public async Task A_record_without_wake_up_waits_for_one_with()
    {
        await using BpfRingBuffer ring = _program.Open();
        Task<bool> wait = ring.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask();
        _program.Send(1, Wakeup.None);
        Assert.NotSame(wait, await Task.WhenAny(wait, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken)));
        _program.Send(2, Wakeup.Forced);

        Assert.True(await wait.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Equal([1, 2], RingBufferTests.ReadValues(ring));
    }

    [KernelFact]
    public async Task A_record_without_wake_up_that_is_there_already_is_not_slept_over()
    {
        await using BpfRingBuffer ring = _program.Open();
        _program.Send(1, Wakeup.None);

        Assert.True(await ring.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [KernelFact]
    public async Task A_poll_interval_finds_records_without_wake_up()
    {
        var time = new FakeTimeProvider();
        await using BpfRingBuffer ring = _program.Open(new BpfReaderOptions { PollInterval = TimeSpan.FromSeconds(5), TimeProvider = time });
        for (ulong round = 0; round < 3; round++)
        {
            Task<bool> wait = ring.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask();
            _program.Send(round, Wakeup.None);
            time.Advance(TimeSpan.FromSeconds(4));
            Assert.False(wait.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(1));

            Assert.True(await wait.WaitAsync(Patience, TestContext.Current.CancellationToken));
            Assert.Equal([round], RingBufferTests.ReadValues(ring));
        }
    }

    [KernelFact]
    public async Task A_discarded_record_ends_no_reading()
    {
        await using BpfRingBuffer ring = _program.Open();
        Task<Event> first = FirstAsync(ring);
        _program.Discard(Wakeup.Forced);
        _program.Send(5);

        Assert.Equal(5UL, (await first.WaitAsync(Patience, TestContext.Current.CancellationToken)).Value);
    }

    [KernelFact]
    public async Task Cancellation_ends_a_wait_and_a_new_one_may_begin()
    {
        await using BpfRingBuffer ring = _program.Open();
        using var cancellation = new CancellationTokenSource();
        ValueTask<bool> wait = ring.WaitToReadAsync(cancellation.Token);
        await cancellation.CancelAsync();
        OperationCanceledException canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await wait);
        Assert.Equal(cancellation.Token, canceled.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await ring.WaitToReadAsync(cancellation.Token));
        _program.Send(1);

        Assert.True(await ring.WaitToReadAsync(TestContext.Current.CancellationToken));
    }

    [KernelFact]
    public async Task A_cancelled_reading_leaves_what_it_did_not_hand_out()
    {
        await using BpfRingBuffer ring = _program.Open();
        for (ulong i = 0; i < 10; i++)
        {
            _program.Send(i);
        }

        using var cancellation = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (Event read in ring.ReadAllAsync<Event>(cancellation.Token))
            {
                if (read.Value == 4)
                {
                    await cancellation.CancelAsync();
                }
            }
        });

        Assert.Equal([5, 6, 7, 8, 9], RingBufferTests.ReadValues(ring));
    }

    [KernelFact]
    public async Task Disposing_ends_a_reading_that_waits_without_an_exception()
    {
        BpfRingBuffer ring = _program.Open();
        Task<int> reader = CountAsync(ring);
        _program.Send(1);
        await ring.DrainAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await ring.DisposeAsync();

        Assert.Equal(1, await reader.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.False(await ring.WaitToReadAsync(TestContext.Current.CancellationToken));
    }

    [KernelFact]
    public async Task Disposing_while_records_are_read_is_safe()
    {
        for (int round = 0; round < 50; round++)
        {
            BpfRingBuffer ring = _program.Open();
            Task<int> reader = CountAsync(ring);
            _program.Send(1, repeat: 100);
            await Task.Run(ring.Dispose, TestContext.Current.CancellationToken);
            Assert.InRange(await reader.WaitAsync(Patience, TestContext.Current.CancellationToken), 0, 100);
            using BpfRingBuffer rest = _program.Open();
            rest.Consume(static _ => { });
        }
    }

    [KernelFact]
    public async Task A_second_wait_and_a_read_beside_a_reading_are_refused()
    {
        await using BpfRingBuffer ring = _program.Open();
        Task<bool> wait = ring.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.Throws<InvalidOperationException>(() => { _ = ring.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask(); });
        _program.Send(1);
        Assert.True(await wait.WaitAsync(Patience, TestContext.Current.CancellationToken));

        await foreach (Event _ in ring.ReadAllAsync<Event>(TestContext.Current.CancellationToken))
        {
            Assert.Throws<InvalidOperationException>(() => ring.TryRead(out Event _));
            break;
        }

        Assert.False(ring.TryRead(out Event _));
    }

    [KernelFact]
    public async Task Callbacks_take_records_in_place_and_by_copies()
    {
        await using BpfRingBuffer ring = _program.Open();
        var inPlace = new List<ulong>();
        var copied = new List<ulong>();
        using (var cancellation = new CancellationTokenSource())
        {
            Task reader = ring.ConsumeAllAsync(record => inPlace.Add(record.As<Event>().Value), cancellation.Token);
            _program.Send(1);
            _program.Send(2);
            await ring.DrainAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader);
        }

        Task second = ring.ForEachAsync(
            async (record, cancellationToken) =>
            {
                await Task.Yield();
                copied.Add(BitConverter.ToUInt64(record.Span));
            },
            CancellationToken.None);
        _program.Send(3);
        _program.Send(4);
        await ring.DrainAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await ring.DisposeAsync();
        await second.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal([1, 2], inPlace);
        Assert.Equal([3, 4], copied);
    }

    [KernelFact]
    public async Task What_an_async_callback_throws_comes_out()
    {
        await using BpfRingBuffer ring = _program.Open();
        _program.Send(1);

        await Assert.ThrowsAsync<NotSupportedException>(() => ring.ConsumeAllAsync(static _ => throw new NotSupportedException(), TestContext.Current.CancellationToken));
    }

    [KernelFact]
    public async Task Draining_wakes_the_reader_for_records_without_wake_up()
    {
        await using BpfRingBuffer ring = _program.Open();
        Task<int> reader = CountAsync(ring);
        for (ulong i = 0; i < 20; i++)
        {
            _program.Send(i, Wakeup.None);
        }

        await ring.DrainAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(0, ring.Statistics.AvailableBytes);
        await ring.DisposeAsync();

        Assert.Equal(20, await reader.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [KernelFact]
    public async Task Draining_an_empty_ring_is_done_at_once_and_a_full_one_waits_for_a_reader()
    {
        await using BpfRingBuffer ring = _program.Open();
        Assert.True(ring.DrainAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        _program.Send(1);
        Task drain = ring.DrainAsync(TestContext.Current.CancellationToken);
        Assert.False(drain.IsCompleted);
        ring.Consume(static _ => { });

        await drain.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [KernelFact]
    public async Task Draining_ends_with_its_cancellation_and_with_the_disposal()
    {
        BpfRingBuffer ring = _program.Open();
        _program.Send(1);
        using var cancellation = new CancellationTokenSource();
        Task cancelled = ring.DrainAsync(cancellation.Token);
        Task disposed = ring.DrainAsync(TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();
        await ring.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => disposed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ring.DrainAsync(TestContext.Current.CancellationToken));
    }

    [KernelFact]
    public async Task A_group_waits_for_all_its_rings()
    {
        await using var group = new BpfRingBufferGroup([_program.Object.Map("first"), _program.Object.Map("second")]);
        Task<bool> wait = group.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask();
        _program.SendToSecond(1);
        Assert.True(await wait.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.True(group.TryRead(out Event _));
        wait = group.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask();
        _program.Send(2);

        Assert.True(await wait.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [KernelFact]
    public void A_thread_waits_until_a_record_comes_or_the_time_is_over()
    {
        using BpfRingBuffer ring = _program.Open();
        Assert.False(ring.WaitToRead(TimeSpan.Zero));
        Assert.False(ring.WaitToRead(TimeSpan.FromMilliseconds(20)));
        using var sender = new Timer(_ => _program.Send(1), null, 50, Timeout.Infinite);

        Assert.True(ring.WaitToRead(Patience));
        Assert.True(ring.WaitToRead(Timeout.InfiniteTimeSpan));
    }

    [KernelFact]
    public async Task Disposing_ends_a_thread_that_waits()
    {
        BpfRingBuffer ring = _program.Open();
        Task waiting = Task.Run(() => ring.WaitToRead(Timeout.InfiniteTimeSpan), TestContext.Current.CancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        await ring.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [KernelFact]
    public async Task Many_readers_share_one_thread()
    {
        BpfRingBuffer[] rings = [.. Enumerable.Range(0, 10).Select(_ => _program.Open())];
        Task<bool>[] waits = [.. rings.Select(static ring => ring.WaitToReadAsync(CancellationToken.None).AsTask())];
        int threads = ReaderThreads();
        _program.Send(1);
        await Task.WhenAll(waits).WaitAsync(Patience, TestContext.Current.CancellationToken);
        foreach (BpfRingBuffer ring in rings)
        {
            await ring.DisposeAsync();
        }

        Assert.Equal(1, threads);
    }

    [KernelFact]
    public async Task Waiting_readers_leak_no_descriptor()
    {
        await WaitAndSend();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        int before = OpenDescriptors.CountBpf();
        await WaitAndSend();

        Assert.Equal(before, OpenDescriptors.CountBpf());
    }

    private static int ReaderThreads() => Directory.EnumerateDirectories("/proc/self/task")
        .Count(static task => File.ReadAllText(Path.Combine(task, "comm")).StartsWith("Clovisor.Bpf re", StringComparison.Ordinal));

    private static async Task<int> CountAsync(BpfRingBuffer ring)
    {
        int count = 0;
        await foreach (Event _ in ring.ReadAllAsync<Event>())
        {
            count++;
        }

        return count;
    }

    private static async Task<Event> FirstAsync(BpfRingBuffer ring)
    {
        await foreach (Event read in ring.ReadAllAsync<Event>())
        {
            return read;
        }

        return default;
    }

    private async Task WaitAndSend()
    {
        await using BpfRingBuffer ring = _program.Open();
        Task<Event> first = FirstAsync(ring);
        _program.Send(1);
        await first.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }
}
