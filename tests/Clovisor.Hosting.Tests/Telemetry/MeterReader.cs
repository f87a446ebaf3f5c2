using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Clovisor.Hosting.Tests.Telemetry;

/// <summary>Listens to the meter of one host: other tests have hosts of their own in this process.</summary>
internal sealed class MeterReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _values = new(StringComparer.Ordinal);

    internal MeterReader(TestHost host)
    {
        IMeterFactory factory = host.Get<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory))
            {
                Instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    internal ConcurrentBag<Instrument> Instruments { get; } = [];

    /// <summary>Everything measured, as <c>name{attribute=value,…}</c>: sums of what is counted, last values of what is observed, counts of what is timed.</summary>
    internal IReadOnlyDictionary<string, double> Read()
    {
        _listener.RecordObservableInstruments();
        return _values;
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string name = $"{instrument.Name}{{{string.Join(',', tags.ToArray().OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"))}}}";
        if (instrument is Histogram<double>)
        {
            Assert.True(value > 0, $"{name} took {value}");
            _values.AddOrUpdate(name, 1, static (_, sum) => sum + 1);
        }
        else if (instrument.IsObservable)
        {
            _values[name] = value;
        }
        else
        {
            _values.AddOrUpdate(name, value, (_, sum) => sum + value);
        }
    }
}
