using System.Diagnostics.Metrics;
using Clovisor.Bpf.Maps;
using Clovisor.Bpf.Metrics;
using Clovisor.Bpf.Programs;
using Clovisor.Bpf.RingBuffers;
using Clovisor.Testing;

namespace Clovisor.Bpf.Tests.Metrics;

public sealed class BpfMeterTests : IDisposable
{
    private readonly BpfMeter _meter = new();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<(string Instrument, string Source), double> _seen = [];

    public BpfMeterTests()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == BpfMeter.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _seen[(instrument.Name, (string)tags[0].Value!)] = value);
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _seen[(instrument.Name, (string)tags[0].Value!)] = value);
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meter.Dispose();
    }

    [KernelFact]
    public void Runs_of_a_program_and_their_time_are_published_while_the_kernel_counts()
    {
        using var counter = HitCounter.FromSource("""SEC("tc") int hit(struct __sk_buff *skb) { count(0, 1); return 0; }""");
        _meter.Add(counter.Program);
        using (BpfStatistics.Enable())
        {
            counter.Program.TestRun(TestPrograms.Frame(), [], repeat: 50);
        }

        _listener.RecordObservableInstruments();
        Assert.InRange(_seen[("bpf.program.runs", "hit")], 1, 50);
        Assert.True(_seen[("bpf.program.run_time", "hit")] > 0);
        Assert.Equal(0, _seen[("bpf.program.recursion_misses", "hit")]);
    }

    [KernelFact]
    public void A_map_says_what_it_takes()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.Hash, "metered", 4, 8, 1000);
        _meter.Add(map, new KeyValuePair<string, object?>("site", "edge-1"));
        _listener.RecordObservableInstruments();

        Assert.InRange(_seen[("bpf.map.memory", "metered")], 8 * 1000, 1 << 20);
        Assert.Equal(1000, _seen[("bpf.map.capacity", "metered")]);
    }

    [KernelFact]
    public void What_is_disposed_or_removed_is_published_no_longer_and_takes_nothing_with_it()
    {
        using BpfMap stays = BpfMap.Create(BpfMapType.Array, "stays", 4, 8, 1);
        using BpfMap removed = BpfMap.Create(BpfMapType.Array, "removed", 4, 8, 1);
        BpfMap disposed = BpfMap.Create(BpfMapType.Array, "disposed", 4, 8, 1);
        _meter.Add(disposed);
        _meter.Add(removed);
        _meter.Add(stays);
        disposed.Dispose();
        Assert.True(_meter.Remove(removed));
        _listener.RecordObservableInstruments();

        Assert.Equal(["stays"], _seen.Keys.Where(static key => key.Instrument == "bpf.map.memory").Select(static key => key.Source));
        Assert.False(_meter.Remove(disposed));
    }

    [KernelFact]
    public void A_reader_says_what_it_read()
    {
        using BpfMap map = BpfMap.Create(BpfMapType.RingBuffer, "ring", 0, 0, (uint)Environment.SystemPageSize);
        using var reader = new BpfRingBuffer(map);
        _meter.Add(reader, "events");
        _listener.RecordObservableInstruments();

        Assert.Equal(0, _seen[("bpf.reader.records", "events")]);
        Assert.Equal(0, _seen[("bpf.reader.lost", "events")]);
        Assert.Equal(0, _seen[("bpf.reader.backlog", "events")]);
    }
}
