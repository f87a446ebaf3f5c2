using Clovisor.Bpf.Maps;
using Clovisor.Wan.Datapath.Layout;

namespace Clovisor.Wan.Datapath;

/// <summary>What the connections of the trusted control group have told of each link, and how much of it was taken.</summary>
internal sealed class LinkQualityCounters(BpfPerCpuArrayMap<ClvQuality> counters) : IDisposable
{
    private readonly ClvQuality[] _taken = new ClvQuality[counters.Count];
    private readonly ClvQuality[] _byCpu = new ClvQuality[counters.CpuCount];

    /// <summary>What came since the last call.</summary>
    /// <param name="index">The index of the link.</param>
    internal ClvQuality Take(int index)
    {
        counters.Read(index, _byCpu);
        ClvQuality sum = default;
        foreach (ref readonly ClvQuality own in _byCpu.AsSpan())
        {
            sum.Add(in own);
        }

        ClvQuality since = sum.Since(in _taken[index]);
        _taken[index] = sum;
        return since;
    }

    public void Dispose() => counters.Dispose();
}
