using System.Globalization;
using Clovisor.Bpf.Interop;
using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.RingBuffers;

/// <summary>
/// Reads what programs send by <c>bpf_perf_event_output</c>: a buffer for each CPU, for kernels before 5.8 and for programs made for them. Records of one
/// CPU are in order, those of several are not. From Linux 4.4.
/// </summary>
/// <remarks>
/// <inheritdoc cref="BpfRecordReader" path="/remarks"/>
/// <see cref="BpfRecord.Source"/> is the CPU. Needs CAP_PERFMON and CAP_BPF, or root. A CPU that comes online later is not read.
/// </remarks>
public sealed unsafe class BpfPerfBuffer : BpfRecordReader
{
    private const string OnlinePath = "/sys/devices/system/cpu/online";

    private BpfPerfBuffer(BpfMap map, BpfPerfBufferOptions options, RecordSource[] sources)
        : base(BpfReaderOptions.Validate(options.Reader), sources) => Map = map;

    /// <summary>The map.</summary>
    public BpfMap Map { get; }

    /// <summary>Records that found no room, as the kernel reports them with the next record of the same CPU.</summary>
    /// <exception cref="ObjectDisposedException">The reader is disposed.</exception>
    public long LostCount => Statistics.Lost;

    /// <summary>Opens a buffer on every online CPU, puts them into the map and takes the map over.</summary>
    /// <param name="map">A perf event array, found in an object or opened by its pin. Buffers that are in it are replaced.</param>
    /// <param name="options">Sizes and wake-ups; null for the defaults.</param>
    /// <exception cref="BpfMapIncompatibleException">The map is no perf event array.</exception>
    /// <exception cref="BpfException">A buffer cannot be opened; the map is as it was and stays the caller's.</exception>
    public static BpfPerfBuffer Open(BpfMap map, BpfPerfBufferOptions? options = null)
    {
        RingMap.Require(map, BpfMapType.PerfEventArray, nameof(BpfPerfBuffer));
        options = BpfPerfBufferOptions.Validate(options);
        BpfReaderOptions.Validate(options.Reader);
        var sources = new List<RecordSource>();
        try
        {
            foreach (int cpu in Cpus(File.ReadAllText(OnlinePath)))
            {
                if (cpu < map.MaxEntries)
                {
                    sources.Add(new PerfSource(cpu, options));
                    Put(map, sources[^1]);
                }
            }

            return new BpfPerfBuffer(map, options, [.. sources]);
        }
        catch
        {
            foreach (RecordSource source in sources)
            {
                Take(map, source);
                source.Dispose();
            }

            throw;
        }
    }

    /// <summary>A list as the kernel writes it: <c>0-3,8</c>.</summary>
    internal static List<int> Cpus(string list)
    {
        var cpus = new List<int>();
        foreach (string range in list.Trim().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = range.Split('-');
            int first = int.Parse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture);
            int last = int.Parse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture);
            cpus.AddRange(Enumerable.Range(first, last - first + 1));
        }

        return cpus;
    }

    private protected override void OnRelease()
    {
        foreach (RecordSource source in Sources)
        {
            Take(Map, source);
        }

        Map.Dispose();
    }

    private static void Put(BpfMap map, RecordSource source)
    {
        uint cpu = (uint)source.Index;
        using var lease = source.Descriptor.Lease();
        int descriptor = lease.Descriptor;
        map.Check(map.Element(BpfCommand.MapUpdateElement, &cpu, &descriptor, 0), $"put the buffer of CPU {cpu} into");
    }

    // The kernel forgets a buffer by itself when the map's last descriptor is closed, but not while a program or a pin holds it.
    private static void Take(BpfMap map, RecordSource source)
    {
        uint cpu = (uint)source.Index;
        _ = map.Element(BpfCommand.MapDeleteElement, &cpu, null, 0);
    }
}
