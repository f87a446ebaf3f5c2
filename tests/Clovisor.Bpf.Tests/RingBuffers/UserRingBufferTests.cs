using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.RingBuffers;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.RingBuffers;

public sealed class UserRingBufferTests : IDisposable
{
    private const int Size = 4096;

    private const string Source = """
        struct sums { __u64 count; __u64 total; __u64 size; };

        struct { __uint(type, BPF_MAP_TYPE_USER_RINGBUF); __uint(max_entries, 4096); } commands SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, struct sums); __uint(max_entries, 1); } taken SEC(".maps");

        static long take(struct bpf_dynptr *record, void *context)
        {
            __u32 zero = 0;
            __u64 value = 0;
            struct sums *sums = bpf_map_lookup_elem(&taken, &zero);

            if (!sums || bpf_dynptr_read(&value, sizeof(value), record, 0, 0))
                return 1;
            sums->count++;
            sums->total = sums->total * 3 + value;
            return 0;
        }

        SEC("tc") int drain(struct __sk_buff *skb)
        {
            return bpf_user_ringbuf_drain(&commands, take, 0, 0);
        }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly BpfObject _object = TestPrograms.Load(Source);
    private readonly BpfProgram _program;
    private readonly BpfArrayMap<Sums> _taken;

    public UserRingBufferTests()
    {
        _program = _object.Program("drain");
        _taken = _object.ArrayMap<Sums>("taken");
    }

    public void Dispose()
    {
        _taken.Dispose();
        _program.Dispose();
        _object.Dispose();
    }

    [KernelFact]
    public void A_program_takes_records_in_order()
    {
        using BpfUserRingBuffer ring = Open();
        Assert.True(ring.TrySend(1UL));
        Assert.True(ring.TrySend(BitConverter.GetBytes(2UL)));
        Assert.Equal(32, ring.PendingBytes);

        Assert.Equal(2, Drain());
        Assert.Equal(new Sums(2, (1 * 3) + 2, 0), _taken[0]);
        Assert.Equal(0, ring.PendingBytes);
        Assert.Equal(0, Drain());
    }

    [KernelFact]
    public void A_reservation_is_filled_in_place_and_one_given_up_is_passed_over()
    {
        using BpfUserRingBuffer ring = Open();
        Assert.True(ring.TryReserve(8, out BpfReservation first));
        Assert.True(ring.TryReserve(8, out BpfReservation second));
        Assert.True(ring.TryReserve(16, out BpfReservation third));
        third.Data.Clear();
        third.Data[0] = 7;
        third.Submit();
        second.Discard();
        first.As<ulong>() = 5;
        first.Submit();

        Drain();
        Assert.Equal(new Sums(2, (5 * 3) + 7, 0), _taken[0]);
    }

    [KernelFact]
    public void A_program_waits_behind_a_reservation_that_is_open()
    {
        using BpfUserRingBuffer ring = Open();
        Assert.True(ring.TryReserve(8, out BpfReservation open));
        ring.TrySend(9UL);
        Drain();
        Assert.Equal(0UL, _taken[0].Count);
        open.As<ulong>() = 1;
        open.Submit();
        Drain();

        Assert.Equal(2UL, _taken[0].Count);
    }

    [KernelFact]
    public void A_reservation_ends_once()
    {
        using BpfUserRingBuffer ring = Open();
        ring.TryReserve(8, out BpfReservation reservation);
        reservation.Submit();
        reservation.Dispose();
        Assert.True(Refuses(ref reservation));
        ring.TryReserve(8, out BpfReservation other);
        other.Dispose();
        Assert.True(Refuses(ref other));

        static bool Refuses(ref BpfReservation ended)
        {
            try
            {
                ended.Submit();
                return false;
            }
            catch (InvalidOperationException)
            {
                return true;
            }
        }
    }

    [KernelFact]
    public void A_full_ring_takes_no_more_until_a_program_drains()
    {
        using BpfUserRingBuffer ring = Open();
        int sent = 0;
        while (ring.TrySend((ulong)sent))
        {
            sent++;
        }

        Assert.Equal(Size / 16, sent);
        Assert.False(ring.WaitForRoom(8, TimeSpan.Zero));
        Assert.False(ring.WaitForRoom(8, TimeSpan.FromMilliseconds(20)));
        Drain();
        Assert.True(ring.WaitForRoom(8, TimeSpan.Zero));
        Assert.True(ring.TrySend(0UL));
    }

    [KernelFact]
    public void Many_rounds_through_a_small_ring_lose_nothing()
    {
        using BpfUserRingBuffer ring = Open();
        ulong total = 0, count = 0;
        var random = new Random(3);
        Span<byte> room = stackalloc byte[48];
        for (int round = 0; round < 300; round++)
        {
            for (int i = random.Next(200); i > 0; i--)
            {
                byte[] record = new byte[8 + random.Next(40)];
                record[0] = (byte)i;
                if (!ring.TrySend(record))
                {
                    break;
                }

                count++;
                total = unchecked((total * 3) + (byte)i);
            }

            Drain();
        }

        Assert.Equal(new Sums(count, total, 0), _taken[0]);
    }

    [KernelFact]
    public void Threads_may_send_side_by_side()
    {
        using BpfUserRingBuffer ring = Open();
        long sent = 0;
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 500; i++)
            {
                while (!ring.TrySend(0UL))
                {
                    Drain();
                }

                Interlocked.Increment(ref sent);
            }
        });
        while (ring.PendingBytes > 0)
        {
            Drain();
        }

        Assert.Equal((2000L, 2000UL), (sent, _taken[0].Count));
    }

    [KernelTheory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(Size - 7)]
    [InlineData(int.MaxValue)]
    public void A_size_that_never_fits_is_refused(int size)
    {
        using BpfUserRingBuffer ring = Open();

        Assert.Throws<ArgumentOutOfRangeException>(() => ring.TryReserve(size, out BpfReservation _));
        Assert.Throws<ArgumentOutOfRangeException>(() => ring.WaitForRoom(size, TimeSpan.Zero));
        Assert.Equal(0, ring.PendingBytes);
    }

    [KernelFact]
    public void The_largest_record_fits_an_empty_ring()
    {
        using BpfUserRingBuffer ring = Open();

        Assert.True(ring.TrySend(new byte[Size - 8]));
        Assert.Equal(1, Drain());
    }

    [KernelFact]
    public async Task A_wait_ends_when_a_program_drains()
    {
        using BpfUserRingBuffer ring = Open();
        Assert.True(await ring.WaitForRoomAsync(8, TestContext.Current.CancellationToken));
        Fill(ring);
        Task<bool> wait = ring.WaitForRoomAsync(8, TestContext.Current.CancellationToken).AsTask();
        Task<bool> other = ring.WaitForRoomAsync(100, TestContext.Current.CancellationToken).AsTask();
        Assert.False(wait.IsCompleted);
        Drain();

        Assert.True(await wait.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.True(await other.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [KernelFact]
    public async Task A_wait_ends_with_cancellation_and_with_disposal()
    {
        BpfUserRingBuffer ring = Open();
        Fill(ring);
        using var cancellation = new CancellationTokenSource();
        Task<bool> cancelled = ring.WaitForRoomAsync(8, cancellation.Token).AsTask();
        Task<bool> disposed = ring.WaitForRoomAsync(8, TestContext.Current.CancellationToken).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        ring.Dispose();
        ring.Dispose();

        Assert.False(await disposed.WaitAsync(Patience, TestContext.Current.CancellationToken));
        Assert.Throws<ObjectDisposedException>(() => ring.TrySend(1UL));
        Assert.Throws<ObjectDisposedException>(() => ring.PendingBytes);
        Assert.Throws<ObjectDisposedException>(() => ring.WaitForRoom(8, TimeSpan.Zero));
    }

    [KernelFact]
    public void A_reservation_outlives_the_disposal()
    {
        BpfUserRingBuffer ring = Open();
        ring.TryReserve(8, out BpfReservation reservation);
        ring.Dispose();
        reservation.As<ulong>() = 3;
        reservation.Submit();
        Drain();

        Assert.Equal(3UL, _taken[0].Total);
    }

    [KernelFact]
    public void A_map_of_another_type_is_refused()
    {
        using BpfMap map = _object.Map("taken");

        Assert.Throws<BpfMapIncompatibleException>(() => new BpfUserRingBuffer(map));
    }

    [KernelFact]
    public void Sending_allocates_nothing()
    {
        using BpfUserRingBuffer ring = Open();
        long before = 0;
        for (int i = 0; i < 200; i++)
        {
            before = i == 100 ? GC.GetAllocatedBytesForCurrentThread() : before;
            ring.TrySend(1UL);
            if (ring.TryReserve(8, out BpfReservation reservation))
            {
                reservation.Submit();
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Fill(BpfUserRingBuffer ring)
    {
        while (ring.TrySend(1UL))
        {
            // Until it is full.
        }
    }

    private BpfUserRingBuffer Open() => _object.UserRingBuffer("commands");

    private int Drain() => _program.TestRun(TestPrograms.Frame(), []).ReturnCode;

    private record struct Sums(ulong Count, ulong Total, ulong Size);
}
