using Clovisor.Bpf.Maps;
using Clovisor.Bpf.RingBuffers;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>Where the programs send events, and what they could not send.</summary>
internal sealed class EventBuffer : IDisposable
{
    private readonly BpfRingBuffer _ring;
    private readonly BpfPerCpuArrayMap<ClvEventState> _states;

    internal EventBuffer(BpfRingBuffer ring, BpfPerCpuArrayMap<ClvEventState> states) => (_ring, _states) = (ring, states);

    internal BpfRingBuffer Ring => _ring;

    /// <summary>How many events found no room since the maps were made.</summary>
    internal long Lost()
    {
        var byCpu = new ClvEventState[_states.CpuCount];
        _states.Read(0, byCpu);
        return byCpu.Sum(static own => (long)own.Lost);
    }

    /// <summary>Forgets what an earlier reader left: it is of another time.</summary>
    internal void Discard() => _ring.Consume(static _ => { });

    public void Dispose()
    {
        _ring.Dispose();
        _states.Dispose();
    }
}
