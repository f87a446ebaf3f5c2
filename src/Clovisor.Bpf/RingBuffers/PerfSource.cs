using System.Runtime.InteropServices;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Interop.Handles;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>The buffer of one CPU. Its memory is mapped once, so a record may be broken in two at the end, and is then put together elsewhere.</summary>
internal sealed unsafe class PerfSource : RecordSource
{
    private const int CommitFraction = 16;
    private const int LongestRecord = 1 << 16;
    private const int HeaderSize = 8;

    private readonly ulong* _head;
    private readonly ulong* _tail;
    private readonly byte* _data;
    private readonly ulong _mask;
    private ulong _committed;
    private byte* _joined;

    internal PerfSource(int cpu, BpfPerfBufferOptions options)
    {
        Index = cpu;
        int page = Environment.SystemPageSize;
        var attributes = new LibC.PerfEventAttributes
        {
            Type = LibC.PERF_TYPE_SOFTWARE,
            Size = (uint)sizeof(LibC.PerfEventAttributes),
            Config = LibC.PERF_COUNT_SW_BPF_OUTPUT,
            SamplePeriod = 1,
            SampleType = LibC.PERF_SAMPLE_RAW,
            Flags = options.WatermarkBytes > 0 ? LibC.PERF_WATERMARK : 0,
            Wakeup = (uint)(options.WatermarkBytes > 0 ? options.WatermarkBytes : options.WakeupRecords),
        };
        nint descriptor = LibC.perf_event_open(LibC.PerfEventOpenNumber, &attributes, -1, cpu, -1, LibC.PERF_FLAG_FD_CLOEXEC);
        if (descriptor < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw BpfErrors.Create("open a perf event on", $"CPU {cpu}", errno, errno is Errno.EPERM or Errno.EACCES
                ? "It needs CAP_PERFMON (before Linux 5.8 CAP_SYS_ADMIN), or a lower /proc/sys/kernel/perf_event_paranoid." : null);
        }

        Descriptor = new BpfHandle((int)descriptor);
        try
        {
            Capacity = (long)options.PagesPerCpu * page;
            Memory = MappedMemory.Map(Descriptor, (nuint)(Capacity + page), 0, writable: true, $"the perf buffer of CPU {cpu}", static errno => errno switch
            {
                Errno.EPERM => "Perf buffers of users without CAP_IPC_LOCK are limited by /proc/sys/kernel/perf_event_mlock_kb: take fewer pages.",
                _ => null,
            });
            if (LibC.ioctl((int)descriptor, LibC.PERF_EVENT_IOC_ENABLE, 0) < 0)
            {
                throw BpfErrors.Create("enable the perf event on", $"CPU {cpu}", Marshal.GetLastPInvokeError());
            }
        }
        catch
        {
            Memory?.Dispose();
            Descriptor.Dispose();
            throw;
        }

        _head = (ulong*)(Memory.Start + LibC.PERF_DATA_HEAD);
        _tail = (ulong*)(Memory.Start + LibC.PERF_DATA_TAIL);
        _data = Memory.Start + page;
        _mask = (ulong)Capacity - 1;
    }

    /// <summary>The kernel rounds the data and the four bytes before it up to 8.</summary>
    internal override int Slack => 7;

    internal override int Index { get; }

    internal override BpfHandle Descriptor { get; }

    internal override MappedMemory Memory { get; }

    internal override long Capacity { get; }

    internal override ulong Produced => Volatile.Read(ref *_head);

    internal override ulong Committed => Volatile.Read(ref _committed);

    internal override bool HasRecord => Position != Produced;

    internal override bool TryNext(out byte* data, out int length)
    {
        if (Position - _committed >= (ulong)Capacity / CommitFraction)
        {
            Commit();
        }

        for (ulong head = Produced; Position != head;)
        {
            // Records are multiples of 8, so that a header is never broken in two.
            byte* header = _data + (Position & _mask);
            uint type = *(uint*)header;
            int size = *(ushort*)(header + 6);
            byte* record = Whole(header, size);
            Position += (uint)size;
            if (type == LibC.PERF_RECORD_SAMPLE)
            {
                Records++;
                length = (int)*(uint*)(record + HeaderSize);
                data = record + HeaderSize + sizeof(uint);
                return true;
            }

            if (type == LibC.PERF_RECORD_LOST)
            {
                Lost += (long)*(ulong*)(record + HeaderSize + sizeof(ulong));
            }
        }

        data = null;
        length = 0;
        return false;
    }

    internal override void Commit()
    {
        if (_committed != Position)
        {
            Volatile.Write(ref *_tail, Position);
            Volatile.Write(ref _committed, Position);
        }
    }

    public override void Dispose()
    {
        Memory.Dispose();
        Descriptor.Dispose();
        NativeMemory.Free(_joined);
        _joined = null;
    }

    private byte* Whole(byte* header, int size)
    {
        long first = _data + Capacity - header;
        if (size <= first)
        {
            return header;
        }

        _joined = _joined is null ? (byte*)NativeMemory.Alloc(LongestRecord) : _joined;
        Buffer.MemoryCopy(header, _joined, LongestRecord, first);
        Buffer.MemoryCopy(_data, _joined + first, LongestRecord - first, size - first);
        return _joined;
    }
}
