using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.RingBuffers;

namespace Clovisor.Bpf.Tests.RingBuffers;

/// <summary>A program that sends what each test-run asks for, and the reader of its ring buffer.</summary>
internal sealed class RingProgram : IDisposable
{
    internal const int Size = 4096;

    private const string Source = """
        struct command { __u32 kind; __u32 flags; __u32 length; __u32 pad; __u64 value; };
        struct event { __u64 value; __u64 again; };

        struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } first SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } second SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1); } lost SEC(".maps");
        struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); __uint(max_entries, 1); } no_ring SEC(".maps");

        static __always_inline void count_lost(void)
        {
            __u32 zero = 0;
            __u64 *count = bpf_map_lookup_elem(&lost, &zero);

            if (count)
                __sync_fetch_and_add(count, 1);
        }

        static __always_inline int send(void *ring, struct command *command)
        {
            struct event *event = bpf_ringbuf_reserve(ring, sizeof(*event), 0);

            if (!event) {
                count_lost();
                return 1;
            }
            event->value = command->value;
            event->again = ~command->value;
            if (command->kind == 2)
                bpf_ringbuf_discard(event, command->flags);
            else
                bpf_ringbuf_submit(event, command->flags);
            return 0;
        }

        SEC("tc") int emit(struct __sk_buff *skb)
        {
            struct command command;
            char bytes[256] = {};

            if (bpf_skb_load_bytes(skb, 14, &command, sizeof(command)))
                return 2;
            if (command.kind == 1)
                return send(&second, &command);
            if (command.kind != 3)
                return send(&first, &command);
            bytes[0] = command.value;
            if (bpf_ringbuf_output(&first, bytes, command.length & 0xff, command.flags)) {
                count_lost();
                return 1;
            }
            return 0;
        }
        """;

    private readonly BpfObject _object = TestPrograms.Load(Source);
    private readonly BpfProgram _program;

    internal RingProgram() => _program = _object.Program("emit");

    internal enum Wakeup
    {
        Adaptive = 0,
        None = 1,
        Forced = 2,
    }

    internal BpfObject Object => _object;

    internal BpfRingBuffer Open(BpfReaderOptions? options = null) => _object.RingBuffer("first", options);

    /// <summary>Sends a record of 16 bytes; false when there is no room.</summary>
    internal bool Send(ulong value, Wakeup wakeup = Wakeup.Adaptive, int repeat = 1) => Run(0, value, 0, wakeup, repeat);

    internal bool SendToSecond(ulong value) => Run(1, value, 0, Wakeup.Adaptive, 1);

    /// <summary>Reserves a record and gives it up.</summary>
    internal bool Discard(Wakeup wakeup = Wakeup.Adaptive) => Run(2, 0, 0, wakeup, 1);

    /// <summary>Sends up to 255 bytes, of which the first is given and the others are zero.</summary>
    internal bool SendBytes(byte first, int length) => Run(3, first, length, Wakeup.Adaptive, 1);

    public void Dispose()
    {
        _program.Dispose();
        _object.Dispose();
    }

    private bool Run(uint kind, ulong value, int length, Wakeup wakeup, int repeat)
    {
        Span<byte> frame = stackalloc byte[64];
        frame.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], 0x88B5);
        MemoryMarshal.Write(frame[14..], new Command(kind, (uint)wakeup, (uint)length, 0, value));
        return _program.TestRun(frame, [], repeat).ReturnCode == 0;
    }

    internal record struct Event(ulong Value, ulong Again);

    private record struct Command(uint Kind, uint Flags, uint Length, uint Padding, ulong Value);
}
