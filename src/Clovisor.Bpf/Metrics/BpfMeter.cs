using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.RingBuffers;

namespace Clovisor.Bpf.Metrics;

/// <summary>Publishes what the kernel counts of programs, maps and readers as instruments of the meter <see cref="Name"/>, for OpenTelemetry or <c>dotnet-counters</c>.</summary>
/// <remarks>
/// <para>
/// Instruments, all observable: <c>bpf.program.runs</c> ({run}), <c>bpf.program.run_time</c> (s) and <c>bpf.program.recursion_misses</c> ({run}) by <c>bpf.program.name</c> and
/// <c>bpf.program.type</c>; <c>bpf.map.memory</c> (By) and <c>bpf.map.capacity</c> ({entry}) by <c>bpf.map.name</c> and <c>bpf.map.type</c>; <c>bpf.reader.records</c>,
/// <c>bpf.reader.discarded</c>, <c>bpf.reader.lost</c> ({record}) and <c>bpf.reader.backlog</c> (By) by <c>bpf.reader.name</c>. Runs and their time stay zero while nobody has the kernel
/// count them: see <see cref="BpfStatistics"/>.
/// </para>
/// <para>
/// Nothing is read until a listener asks; then one system call an object, or a small file for a map's memory. What is added stays its owner's, and is forgotten when it is found
/// disposed. Two objects of the same name are told apart by a tag of the caller's own. Safe to use from any thread.
/// </para>
/// </remarks>
public sealed class BpfMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Clovisor.Bpf";

    private readonly Meter _meter;
    private readonly bool _owned;
    private readonly ConcurrentDictionary<BpfProgram, KeyValuePair<string, object?>[]> _programs = new();
    private readonly ConcurrentDictionary<BpfMap, KeyValuePair<string, object?>[]> _maps = new();
    private readonly ConcurrentDictionary<BpfRecordReader, KeyValuePair<string, object?>[]> _readers = new();

    /// <summary>Creates the meter and its instruments.</summary>
    /// <param name="factory">Whose meter it is to be, as hosts with dependency injection want it; null for one of its own.</param>
    public BpfMeter(IMeterFactory? factory = null)
    {
        var options = new MeterOptions(Name) { Version = typeof(BpfMeter).Assembly.GetName().Version?.ToString(3) };
        _owned = factory is null;
        _meter = factory is null ? new Meter(options) : factory.Create(options);

        _meter.CreateObservableCounter("bpf.program.runs", () => Programs(static info => info.RunCount), "{run}", "Runs of a program while the kernel counts them.");
        _meter.CreateObservableCounter("bpf.program.run_time", () => Programs(static info => info.RunTime.TotalSeconds), "s", "Time a program ran while the kernel counts it.");
        _meter.CreateObservableCounter("bpf.program.recursion_misses", () => Programs(static info => info.RecursionMisses), "{run}", "Runs left out since the program was running on that CPU already.");
        _meter.CreateObservableUpDownCounter("bpf.map.memory", () => Maps(static map => map.ReadUsage()?.MemoryBytes), "By", "Memory the kernel holds for a map.");
        _meter.CreateObservableUpDownCounter("bpf.map.capacity", () => Maps(static map => (long)map.MaxEntries), "{entry}", "Entries a map has room for; bytes for ring buffers.");
        _meter.CreateObservableCounter("bpf.reader.records", () => Readers(static now => now.Records), "{record}", "Records read from a buffer.");
        _meter.CreateObservableCounter("bpf.reader.discarded", () => Readers(static now => now.Discarded), "{record}", "Records that their program gave up.");
        _meter.CreateObservableCounter("bpf.reader.lost", () => Readers(static now => now.Lost), "{record}", "Records for which there was no room.");
        _meter.CreateObservableUpDownCounter("bpf.reader.backlog", () => Readers(static now => now.AvailableBytes), "By", "Bytes that wait to be read.");
    }

    /// <summary>Publishes a program.</summary>
    /// <param name="program">The program; it stays the caller's.</param>
    /// <param name="tags">Tags besides its name and type.</param>
    public void Add(BpfProgram program, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        ArgumentNullException.ThrowIfNull(program);
        _programs[program] = [new("bpf.program.name", program.Name), new("bpf.program.type", program.Type.ToString()), .. tags];
    }

    /// <summary>Publishes a map.</summary>
    /// <param name="map">The map; it stays the caller's. Of a typed map, its <c>Map</c>.</param>
    /// <param name="tags">Tags besides its name and type.</param>
    public void Add(BpfMap map, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        ArgumentNullException.ThrowIfNull(map);
        _maps[map] = [new("bpf.map.name", map.Name), new("bpf.map.type", map.Type.ToString()), .. tags];
    }

    /// <summary>Publishes the reader of a ring or perf buffer.</summary>
    /// <param name="reader">The reader; it stays the caller's.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="tags">Tags besides its name.</param>
    public void Add(BpfRecordReader reader, string name, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentException.ThrowIfNullOrEmpty(name);
        _readers[reader] = [new("bpf.reader.name", name), .. tags];
    }

    /// <summary>Publishes a program no longer.</summary>
    /// <param name="program">The program.</param>
    /// <returns>False when it was not published.</returns>
    public bool Remove(BpfProgram program) => _programs.TryRemove(program, out _);

    /// <summary>Publishes a map no longer.</summary>
    /// <param name="map">The map.</param>
    /// <returns>False when it was not published.</returns>
    public bool Remove(BpfMap map) => _maps.TryRemove(map, out _);

    /// <summary>Publishes a reader no longer.</summary>
    /// <param name="reader">The reader.</param>
    /// <returns>False when it was not published.</returns>
    public bool Remove(BpfRecordReader reader) => _readers.TryRemove(reader, out _);

    /// <summary>Ends the meter, unless a factory made it: then it ends with the factory. What was added stays open.</summary>
    public void Dispose()
    {
        _programs.Clear();
        _maps.Clear();
        _readers.Clear();
        if (_owned)
        {
            _meter.Dispose();
        }
    }

    private List<Measurement<T>> Programs<T>(Func<BpfProgramInfo, T> value)
        where T : struct => Measure<BpfProgram, T>(_programs, program => value(program.ReadInfo()));

    private List<Measurement<long>> Maps(Func<BpfMap, long?> value) => Measure(_maps, value);

    private List<Measurement<long>> Readers(Func<BpfReaderStatistics, long> value) => Measure<BpfRecordReader, long>(_readers, reader => value(reader.Statistics));

    // Null is no measurement. One that cannot be read leaves the others their measurement: a listener that gets an exception drops all of them.
    private static List<Measurement<T>> Measure<TSource, T>(ConcurrentDictionary<TSource, KeyValuePair<string, object?>[]> sources, Func<TSource, T?> value)
        where TSource : class
        where T : struct
    {
        var measurements = new List<Measurement<T>>();
        foreach ((TSource source, KeyValuePair<string, object?>[] tags) in sources)
        {
            try
            {
                if (value(source) is { } measured)
                {
                    measurements.Add(new Measurement<T>(measured, tags));
                }
            }
            catch (ObjectDisposedException)
            {
                sources.TryRemove(source, out _);
            }
            catch (BpfException)
            {
                // Refused this time, for want of a descriptor or a privilege; asked again next time.
            }
        }

        return measurements;
    }
}
