using System.Buffers.Binary;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.RingBuffers;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.RingBuffers;

public sealed class PerfBufferTests : IDisposable
{
    private const string Source = """
        struct event { __u64 value; __u64 again; __u8 tail; } __attribute__((packed));

        struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } events SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1); } sent SEC(".maps");

        SEC("tc") int emit(struct __sk_buff *skb)
        {
            __u32 zero = 0;
            __u64 *count = bpf_map_lookup_elem(&sent, &zero);
            struct event event = { .tail = 77 };

            if (!count)
                return 1;
            event.value = (*count)++;
            event.again = ~event.value;
            return bpf_perf_event_output(skb, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
        }
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly BpfObject _object = TestPrograms.Load(Source);
    private readonly BpfProgram _program;
    private ulong _sent;

    public PerfBufferTests() => _program = _object.Program("emit");

    public void Dispose()
    {
        _program.Dispose();
        _object.Dispose();
    }

    [KernelFact]
    public void Records_come_in_order_with_their_cpu()
    {
        using BpfPerfBuffer buffer = _object.PerfBuffer("events");
        Send(5);
        int cpu = -1;
        ulong expected = 0;

        Assert.Equal(5, buffer.Consume(record =>
        {
            ref readonly Event read = ref record.As<Event>();
            cpu = cpu < 0 ? record.Source : cpu;
            Assert.Equal((expected, ~expected, (byte)77, cpu), (read.Value, read.Again, read.Tail, record.Source));
            expected++;
        }));
        Assert.Equal(0, buffer.Consume(static _ => { }));
        Assert.Equal(5, buffer.Statistics.Records);
    }

    [KernelFact]
    public void Many_rounds_through_a_page_put_broken_records_together()
    {
        using BpfPerfBuffer buffer = _object.PerfBuffer("events", new BpfPerfBufferOptions { PagesPerCpu = 1 });
        var random = new Random(5);
        ulong read = 0, sum = 0;
        for (int round = 0; round < 300; round++)
        {
            Send(1 + random.Next(80));
            read += (ulong)buffer.Consume(record =>
            {
                ref readonly Event next = ref record.As<Event>();
                Assert.Equal((~next.Value, (byte)77), (next.Again, next.Tail));
                sum += next.Value;
            });
        }

        Assert.Equal(_sent, read);
        Assert.Equal(_sent * (_sent - 1) / 2, sum);
        Assert.Equal(0, buffer.LostCount);
    }

    [KernelFact]
    public void What_finds_no_room_is_counted()
    {
        using BpfPerfBuffer buffer = _object.PerfBuffer("events", new BpfPerfBufferOptions { PagesPerCpu = 1 });
        Send(1000);
        int first = buffer.Consume(static _ => { });
        for (int i = 0; i < 50 && buffer.LostCount == 0; i++)
        {
            // The count comes with the next record of the same CPU.
            Send(1);
            buffer.Consume(static _ => { });
        }

        Assert.InRange(first, 1, 999);
        Assert.Equal(1000 - first, buffer.LostCount);
    }

    [KernelFact]
    public async Task A_wait_ends_with_the_record()
    {
        await using BpfPerfBuffer buffer = _object.PerfBuffer("events");
        for (int round = 0; round < 3; round++)
        {
            Task<bool> wait = buffer.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask();
            Assert.False(wait.IsCompleted);
            Send(1);

            Assert.True(await wait.WaitAsync(Patience, TestContext.Current.CancellationToken));
            Assert.True(buffer.TryRead(out Event _));
        }
    }

    [KernelFact]
    public void A_thread_waits_until_a_record_comes_or_the_time_is_over()
    {
        using BpfPerfBuffer buffer = _object.PerfBuffer("events");
        Assert.False(buffer.WaitToRead(TimeSpan.FromMilliseconds(10)));
        Send(1);

        Assert.True(buffer.WaitToRead(Patience));
    }

    [KernelFact]
    public async Task A_watermark_wakes_by_bytes_and_a_drain_without()
    {
        await using BpfPerfBuffer buffer = _object.PerfBuffer("events", new BpfPerfBufferOptions { PagesPerCpu = 4, WatermarkBytes = 4096 });
        int read = 0;
        Task reader = buffer.ConsumeAllAsync(_ => Interlocked.Increment(ref read), TestContext.Current.CancellationToken);
        Send(10);
        Assert.NotSame(reader, await Task.WhenAny(reader, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken)));
        Assert.Equal(0, Volatile.Read(ref read));
        await buffer.DrainAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(10, Volatile.Read(ref read));
        Send(300);
        while (Volatile.Read(ref read) < 100)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await buffer.DisposeAsync();
        await reader.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [KernelFact]
    public void Disposing_takes_the_buffers_out_of_the_map()
    {
        _object.PerfBuffer("events").Dispose();

        Assert.Equal(-2, _program.TestRun(TestPrograms.Frame(), []).ReturnCode);
    }

    [KernelFact]
    public void Bad_options_and_other_maps_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _object.PerfBuffer("events", new BpfPerfBufferOptions { PagesPerCpu = 3 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _object.PerfBuffer("events", new BpfPerfBufferOptions { PagesPerCpu = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _object.PerfBuffer("events", new BpfPerfBufferOptions { WakeupRecords = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _object.PerfBuffer("events", new BpfPerfBufferOptions { WatermarkBytes = -1 }));
        Assert.Throws<BpfMapIncompatibleException>(() => _object.PerfBuffer("sent"));
    }

    [KernelFact]
    public void A_buffer_of_a_record_reads_too_short_a_struct_as_an_error()
    {
        using BpfPerfBuffer buffer = _object.PerfBuffer("events");
        Send(1);

        Assert.Throws<InvalidDataException>(() => buffer.TryRead(out ulong _));
    }

    [KernelFact]
    public void Reading_allocates_nothing()
    {
        using BpfPerfBuffer buffer = _object.PerfBuffer("events", new BpfPerfBufferOptions { PagesPerCpu = 1 });
        BpfRecordCallback callback = static _ => { };
        long allocated = 0;
        for (int i = 0; i < 100; i++)
        {
            Send(50);
            long before = GC.GetAllocatedBytesForCurrentThread();
            buffer.Consume(callback);
            buffer.TryRead(out Event _);
            allocated = i < 50 ? 0 : allocated + GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData("0\n", new[] { 0 })]
    [InlineData("0-3\n", new[] { 0, 1, 2, 3 })]
    [InlineData("0,2-3,8\n", new[] { 0, 2, 3, 8 })]
    public void Lists_of_cpus_are_read_as_the_kernel_writes_them(string list, int[] cpus) => Assert.Equal(cpus, BpfPerfBuffer.Cpus(list));

    private void Send(int count)
    {
        _program.TestRun(TestPrograms.Frame(), [], count);
        using BpfArrayMap<ulong> sent = _object.ArrayMap<ulong>("sent");
        Assert.Equal(_sent += (ulong)count, sent[0]);
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential, Pack = 1)]
    private record struct Event(ulong Value, ulong Again, byte Tail);
}
