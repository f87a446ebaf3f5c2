using Clovisor.Bpf.Programs;
using Clovisor.Bpf.RingBuffers;

namespace Clovisor.Bpf.Peers.Workloads;

/// <summary>Drains a full ring buffer of 8 MiB. Filling it is not timed.</summary>
internal sealed class RingConsume : Workload
{
    private const int RecordsInRing = ((8 << 20) - 1) / 72;

    private readonly BpfObject _object;
    private readonly BpfProgram _program;
    private readonly BpfRingBuffer _ring;
    private readonly byte[] _frame = new byte[64];
    private ulong _sequence;

    internal RingConsume()
    {
        using BpfObjectFile file = BpfObjectFile.Open(PeerPrograms.Read("ring_fill.bpf.o"), "ring_fill.bpf.o");
        _object = file.Load();
        _program = _object.Program("ring_fill");
        _ring = _object.RingBuffer("ring");
    }

    internal override int Length => 1;

    internal override int Chunk => 1;

    internal override void Prepare() =>
        Require(_program.TestRun(_frame, [], RecordsInRing).ReturnCode == 0, "the ring has no room for a record");

    internal override int Run(int position)
    {
        ulong expected = _sequence;
        bool good = true;
        foreach (BpfRecord record in _ring.ReadAvailable())
        {
            ref readonly RingRecord read = ref record.As<RingRecord>();
            good &= read.Sequence == expected && read.Complement == ~expected;
            expected++;
        }

        int count = (int)(expected - _sequence);
        _sequence = expected;
        Require(good && count == RecordsInRing, $"{count} records of {RecordsInRing} were read, in order: {good}");
        return count;
    }

    internal override void Close()
    {
        _ring.Dispose();
        _program.Dispose();
        _object.Dispose();
    }
}
