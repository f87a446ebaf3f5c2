using Clovisor.Bpf.Maps;
using Clovisor.Bpf.RingBuffers;
using Clovisor.Testing;
using static Clovisor.Bpf.Tests.RingBuffers.RingProgram;

namespace Clovisor.Bpf.Tests.RingBuffers;

public sealed class RingBufferTests : IDisposable
{
    private readonly RingProgram _program = new();

    public void Dispose() => _program.Dispose();

    [KernelFact]
    public void Records_come_in_order_and_once()
    {
        using BpfRingBuffer ring = _program.Open();
        for (ulong i = 0; i < 5; i++)
        {
            Assert.True(_program.Send(i));
        }

        Assert.Equal([0, 1, 2, 3, 4], ReadValues(ring));
        Assert.Empty(ReadValues(ring));
        Assert.Equal(Size, ring.Capacity);
    }

    [KernelFact]
    public void Many_rounds_through_a_small_ring_lose_and_repeat_nothing()
    {
        using BpfRingBuffer ring = _program.Open();
        ulong sent = 0, read = 0;
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            for (int i = random.Next(170); i > 0 && _program.Send(sent); i--)
            {
                sent++;
            }

            foreach (ulong value in ReadValues(ring))
            {
                Assert.Equal(read++, value);
            }
        }

        Assert.Equal(sent, read);
        Assert.True(sent > 10 * Size / 24);
    }

    [KernelFact]
    public void Room_is_given_back_as_the_loop_goes_and_not_only_at_its_end()
    {
        using BpfRingBuffer ring = _program.Open();
        while (_program.Send(1))
        {
            // Until it is full.
        }

        int count = 0;
        bool sentInTheMiddle = false;
        foreach (BpfRecord record in ring.ReadAvailable())
        {
            sentInTheMiddle |= ++count == 100 && _program.Send(record.As<Event>().Value);
        }

        Assert.True(sentInTheMiddle);
        Assert.Equal(1, ring.Consume(static _ => { }));
    }

    [KernelFact]
    public void Records_that_the_program_gave_up_are_passed_over()
    {
        using BpfRingBuffer ring = _program.Open();
        _program.Discard();
        _program.Send(1);
        _program.Discard();
        _program.Discard();
        _program.Send(2);
        _program.Discard();

        Assert.Equal([1, 2], ReadValues(ring));
        Assert.Equal(4, ring.Statistics.Discarded);
        Assert.Equal(0, ring.Statistics.AvailableBytes);
    }

    [KernelTheory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(255)]
    public void Lengths_are_exact_and_the_bytes_are_the_programs(int length)
    {
        using BpfRingBuffer ring = _program.Open();
        for (byte i = 1; i <= 3; i++)
        {
            Assert.True(_program.SendBytes(i, length));
        }

        var seen = new List<byte[]>();
        foreach (BpfRecord record in ring.ReadAvailable())
        {
            seen.Add(record.Data.ToArray());
        }

        Assert.Equal([1, 2, 3], seen.Select(static bytes => bytes[0]));
        Assert.All(seen, bytes => Assert.Equal(length, bytes.Length));
        Assert.All(seen, static bytes => Assert.All(bytes[1..], static b => Assert.Equal(0, b)));
    }

    [KernelFact]
    public void A_record_of_another_size_says_both_sizes_and_is_passed_over()
    {
        using BpfRingBuffer ring = _program.Open();
        _program.SendBytes(1, 15);
        _program.Send(2);

        string message = Assert.Throws<InvalidDataException>(() => ring.TryRead(out Event _)).Message;
        Assert.Contains("15 bytes", message, StringComparison.Ordinal);
        Assert.Contains("Event has 16", message, StringComparison.Ordinal);
        Assert.True(ring.TryRead(out Event next));
        Assert.Equal(2UL, next.Value);
        Assert.False(ring.TryRead(out next));
    }

    [KernelFact]
    public void A_loop_that_is_broken_off_goes_on_where_it_stopped()
    {
        using BpfRingBuffer ring = _program.Open();
        for (ulong i = 0; i < 10; i++)
        {
            _program.Send(i);
        }

        foreach (BpfRecord record in ring.ReadAvailable())
        {
            if (record.As<Event>().Value == 3)
            {
                break;
            }
        }

        Assert.Equal(6, ring.Statistics.AvailableBytes / 24);
        Assert.Equal([4, 5, 6, 7, 8, 9], ReadValues(ring));
    }

    [KernelFact]
    public void A_loop_ends_where_the_records_ended_when_it_began()
    {
        using BpfRingBuffer ring = _program.Open();
        _program.Send(1);
        int count = 0;
        foreach (BpfRecord _ in ring.ReadAvailable())
        {
            count++;
            _program.Send(2);
        }

        Assert.Equal(1, count);
        Assert.Equal([2], ReadValues(ring));
        _program.Send(3);
        Assert.Equal(1, ring.Consume(_ => _program.Send(4)));
        Assert.Equal([4], ReadValues(ring));
    }

    [KernelFact]
    public void A_handler_is_called_for_each_record()
    {
        using BpfRingBuffer ring = _program.Open();
        _program.Send(40);
        _program.Send(2);
        var sum = new Sum();

        Assert.Equal(2, ring.Consume(ref sum));
        Assert.Equal(42UL, sum.Total);
    }

    [KernelFact]
    public void What_a_callback_throws_comes_out_and_the_record_counts_as_read()
    {
        using BpfRingBuffer ring = _program.Open();
        _program.Send(1);
        _program.Send(2);

        Assert.Throws<NotSupportedException>(() => ring.Consume(static _ => throw new NotSupportedException()));
        Assert.Equal([2], ReadValues(ring));
    }

    [KernelFact]
    public void Reads_at_most_as_many_as_asked()
    {
        using BpfRingBuffer ring = _program.Open();
        _program.Send(1);
        _program.Send(2);
        _program.Send(3);

        Assert.Equal(2, ring.Consume(static _ => { }, 2));
        Assert.Equal([3], ReadValues(ring));
    }

    [KernelFact]
    public void A_second_read_beside_one_that_goes_on_is_refused()
    {
        using BpfRingBuffer ring = _program.Open();
        _program.Send(1);

        Assert.Equal(1, ring.Consume(_ =>
        {
            Assert.Throws<InvalidOperationException>(() => ring.TryRead(out Event _));
            Assert.Throws<InvalidOperationException>(() => ReadValues(ring));
        }));
        Assert.Empty(ReadValues(ring));
    }

    [KernelFact]
    public void Disposing_in_the_loop_ends_it_and_disposing_twice_is_harmless()
    {
        BpfRingBuffer ring = _program.Open();
        for (ulong i = 0; i < 100; i++)
        {
            _program.Send(i);
        }

        int read = ring.Consume(_ => ring.Dispose());
        ring.Dispose();

        Assert.Equal(1, read);
        Assert.Throws<ObjectDisposedException>(() => ring.TryRead(out Event _));
        Assert.Throws<ObjectDisposedException>(() => ring.Statistics);
        Assert.Throws<ObjectDisposedException>(() => ReadValues(ring));
        Assert.Throws<ObjectDisposedException>(() => ring.WaitToRead(TimeSpan.Zero));
    }

    [KernelFact]
    public void A_new_reader_goes_on_where_the_former_stopped()
    {
        using (BpfRingBuffer ring = _program.Open())
        {
            _program.Send(1);
            _program.Send(2);
            Assert.True(ring.TryRead(out Event _));
        }

        using BpfRingBuffer next = _program.Open();
        Assert.Equal([2], ReadValues(next));
    }

    [KernelFact]
    public void Statistics_count_records_bytes_and_what_the_program_lost()
    {
        using BpfArrayMap<ulong> lost = _program.Object.ArrayMap<ulong>("lost");
        using BpfRingBuffer ring = _program.Open(new BpfReaderOptions { LostCounter = () => (long)lost[0] });
        int fits = 0;
        while (_program.Send(1))
        {
            fits++;
        }

        _program.Send(1);
        Assert.Equal(new BpfReaderStatistics(0, 0, 2, fits * 24, Size), ring.Statistics);
        ring.Consume(static _ => { });
        Assert.Equal(new BpfReaderStatistics(fits, 0, 2, 0, Size), ring.Statistics);
    }

    [KernelFact]
    public void Several_rings_are_read_as_one_and_say_which()
    {
        using var group = new BpfRingBufferGroup([_program.Object.Map("first"), _program.Object.Map("second")]);
        _program.Send(1);
        _program.SendToSecond(10);
        _program.Send(2);
        _program.SendToSecond(20);
        var seen = new List<(int, ulong)>();
        group.Consume(record => seen.Add((record.Source, record.As<Event>().Value)));

        Assert.Equal([(0, 1), (0, 2), (1, 10), (1, 20)], seen);
        Assert.Equal(2 * Size, group.Statistics.CapacityBytes);
        _program.Send(3);
        _program.Send(4);
        _program.SendToSecond(30);
        Assert.Equal([3UL, 30UL, 4UL], TakeTurns(group));
    }

    [KernelFact]
    public void A_group_without_rings_or_with_one_twice_is_refused()
    {
        using BpfMap map = _program.Object.Map("first");
        using BpfMap again = _program.Object.Map("first");
        using BpfMap other = _program.Object.Map("no_ring");

        Assert.Throws<ArgumentException>(() => new BpfRingBufferGroup([]));
        Assert.Throws<ArgumentException>(() => new BpfRingBufferGroup([map, again]));
        Assert.Throws<BpfMapIncompatibleException>(() => new BpfRingBufferGroup([map, other]));
        Assert.Equal("first", map.Name);
    }

    [KernelFact]
    public void A_map_of_another_type_is_refused()
    {
        Assert.Contains("it is a Hash", Assert.Throws<BpfMapIncompatibleException>(() => _program.Object.RingBuffer("no_ring")).Message, StringComparison.Ordinal);
        Assert.Throws<KeyNotFoundException>(() => _program.Object.RingBuffer("absent"));
    }

    [KernelFact]
    public void Bad_options_are_refused_and_leak_nothing() => OpenDescriptors.MustNotLeak(() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _program.Open(new BpfReaderOptions { PollInterval = TimeSpan.Zero })));

    [KernelFact]
    public void A_reader_leaks_no_descriptor()
    {
        using (BpfRingBuffer warm = _program.Open())
        {
            warm.WaitToRead(TimeSpan.Zero);
        }

        OpenDescriptors.MustNotLeak(() =>
        {
            using BpfRingBuffer ring = _program.Open();
            _program.Send(1);
            Assert.True(ring.WaitToRead(TimeSpan.Zero));
            ring.Consume(_ => ring.Dispose());
        });
    }

    [KernelFact]
    public void Reading_allocates_nothing()
    {
        using BpfRingBuffer ring = _program.Open();
        var sum = new Sum();
        BpfRecordCallback callback = static _ => { };
        long allocated = 0;
        for (int i = 0; i < 100; i++)
        {
            _program.Send(1, repeat: 120);
            long before = GC.GetAllocatedBytesForCurrentThread();
            ring.TryRead(out Event _);
            ring.Consume(callback, 20);
            foreach (BpfRecord record in ring.ReadAvailable())
            {
                if (record.As<Event>().Again == 0)
                {
                    break;
                }
            }

            ring.Consume(ref sum);
            ring.WaitToRead(TimeSpan.Zero);
            allocated = i < 50 ? 0 : allocated + GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    internal static List<ulong> ReadValues(BpfRingBuffer ring)
    {
        var values = new List<ulong>();
        foreach (BpfRecord record in ring.ReadAvailable())
        {
            ref readonly Event read = ref record.As<Event>();
            Assert.Equal(~read.Value, read.Again);
            Assert.Equal(0, record.Source);
            values.Add(read.Value);
        }

        return values;
    }

    private static List<ulong> TakeTurns(BpfRingBufferGroup group)
    {
        var values = new List<ulong>();
        while (group.TryRead(out Event next))
        {
            values.Add(next.Value);
        }

        return values;
    }

    private struct Sum : IBpfRecordHandler
    {
        internal ulong Total { get; private set; }

        public void Handle(BpfRecord record) => Total += record.As<Event>().Value;
    }
}
