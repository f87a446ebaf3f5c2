using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>Reads several ring buffers as one; they take turns. From Linux 5.8.</summary>
/// <remarks><inheritdoc cref="BpfRecordReader" path="/remarks"/> <see cref="BpfRecord.Source"/> is the ring's index.</remarks>
public sealed class BpfRingBufferGroup : BpfRecordReader
{
    /// <summary>Maps ring buffers into memory and takes the maps over.</summary>
    /// <param name="maps">At least one ring buffer. Maps of one kernel object must not occur twice.</param>
    /// <param name="options">How to wait and what to count; null for the defaults.</param>
    /// <exception cref="ArgumentException">There is no map, or the same ring twice.</exception>
    /// <exception cref="BpfMapIncompatibleException">A map is no ring buffer.</exception>
    /// <exception cref="BpfException">One cannot be mapped; the maps stay the caller's.</exception>
    public BpfRingBufferGroup(IReadOnlyList<BpfMap> maps, BpfReaderOptions? options = null)
        : base(BpfReaderOptions.Validate(options), Open(maps))
    {
        Maps = [.. maps];
    }

    /// <summary>The maps, in the order of <see cref="BpfRecord.Source"/>.</summary>
    public IReadOnlyList<BpfMap> Maps { get; }

    private static RecordSource[] Open(IReadOnlyList<BpfMap> maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        if (maps.Count == 0 || maps.DistinctBy(static map => map.Id).Count() != maps.Count)
        {
            throw new ArgumentException("There must be at least one ring buffer, and none twice: each has one position.", nameof(maps));
        }

        var sources = new RingSource[maps.Count];
        int opened = 0;
        try
        {
            for (; opened < sources.Length; opened++)
            {
                sources[opened] = new RingSource(maps[opened], opened);
            }

            return sources;
        }
        catch
        {
            for (int i = 0; i < opened; i++)
            {
                sources[i].Unmap();
            }

            throw;
        }
    }
}
