using Clovisor.Bpf.Maps;
using Clovisor.Bpf.RingBuffers;
using Clovisor.Bpf.Testing;

namespace Clovisor.Bpf.Tests.Testing;

/// <summary>The library's own readers on rings of the fake kernel.</summary>
public sealed class FakeRingTests : IDisposable
{
    private readonly FakeBpfKernel _kernel = new();

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void Records_arrive_in_order_and_discarded_ones_do_not()
    {
        using BpfRingBuffer ring = Ring(4096);
        Assert.True(_kernel.Produce(ring.Map, [1, 2, 3]));
        Assert.True(_kernel.Produce(ring.Map, [9], isDiscarded: true));
        Assert.True(_kernel.Produce(ring.Map, [4]));
        Assert.Equal(["010203", "04"], Read(ring));
        Assert.Empty(Read(ring));
    }

    [Fact]
    public void A_full_ring_loses_records_until_it_is_read()
    {
        using BpfRingBuffer ring = Ring(4096);
        int fitted = 0;
        while (_kernel.Produce(ring.Map, new byte[100]))
        {
            fitted++;
        }

        Assert.Equal(4095 / 112, fitted);
        Assert.Equal(fitted, Read(ring).Count);
        Assert.True(_kernel.Produce(ring.Map, new byte[100]));
    }

    [Fact]
    public void A_record_that_wraps_is_read_in_one_piece()
    {
        using BpfRingBuffer ring = Ring(4096);
        byte[] record = [.. Enumerable.Range(0, 1000).Select(static i => (byte)i)];
        for (int i = 0; i < 50; i++)
        {
            Assert.True(_kernel.Produce(ring.Map, record));
            Assert.Equal(Convert.ToHexString(record), Assert.Single(Read(ring)));
        }
    }

    [Fact]
    public async Task A_waiting_reader_is_woken()
    {
        using BpfRingBuffer ring = Ring(4096);
        for (int i = 0; i < 20; i++)
        {
            ValueTask<bool> wait = ring.WaitToReadAsync(TestContext.Current.CancellationToken);
            Assert.False(wait.IsCompleted);
            Assert.True(_kernel.Produce(ring.Map, [(byte)i]));
            Assert.True(await wait);
            Assert.Single(Read(ring));
        }
    }

    [Fact]
    public void A_thread_that_waits_sees_what_is_there_and_the_end_of_its_time()
    {
        using BpfRingBuffer ring = Ring(4096);
        Assert.False(ring.WaitToRead(TimeSpan.FromMilliseconds(1)));
        _kernel.Produce(ring.Map, [1]);
        Assert.True(ring.WaitToRead(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Only_ring_buffers_of_the_kernel_are_taken()
    {
        using BpfRingBuffer ring = Ring(4096);
        using var other = new FakeBpfKernel();
        Assert.Throws<ArgumentException>(() => other.Produce(ring.Map, [1]));
        Assert.Throws<ArgumentException>(() => _kernel.Consume(ring.Map));
    }

    [Fact]
    public void An_array_is_mapped_and_seen_by_both_sides()
    {
        using IDisposable scope = _kernel.Enter();
        using BpfMap bytes = BpfMap.Create(BpfMapType.Array, "clvt", 4, 8, 1000, BpfMapOptions.MemoryMappable);
        using var map = new BpfArrayMap<ulong>(bytes);
        using Clovisor.Bpf.Maps.Views.BpfArrayView<ulong> view = map.MapWritable();
        view[7] = 77;
        Assert.Equal(77ul, map[7]);
        map[8] = 88;
        Assert.Equal(88ul, view[8]);
        Assert.Equal("EBUSY", Assert.Throws<BpfException>(bytes.Freeze).ErrnoName);
    }

    private BpfRingBuffer Ring(uint size)
    {
        using IDisposable scope = _kernel.Enter();
        return new BpfRingBuffer(BpfMap.Create(BpfMapType.RingBuffer, "events", 0, 0, size));
    }

    private static List<string> Read(BpfRingBuffer ring)
    {
        List<string> records = [];
        foreach (BpfRecord record in ring.ReadAvailable())
        {
            records.Add(Convert.ToHexString(record.Data));
        }

        return records;
    }
}
