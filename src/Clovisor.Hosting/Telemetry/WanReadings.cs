using Clovisor.Bpf;
using Clovisor.Hosting.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Status;

namespace Clovisor.Hosting.Telemetry;

/// <summary>Reads engine and kernel for the instruments: once for all instruments of a collection, and the costly part not more often than it is worth.</summary>
internal sealed class WanReadings(WanRuntime wan, TimeProvider time)
{
    // A collection asks every instrument within some milliseconds.
    private static readonly TimeSpan OfOneCollection = TimeSpan.FromMilliseconds(250);

    // A walk over 250,000 sessions takes tens of milliseconds of one core.
    private static readonly TimeSpan BetweenWalks = TimeSpan.FromSeconds(5);

    private readonly Kept<WanStatus?> _status = new(time, OfOneCollection);
    private readonly Kept<IReadOnlyList<SessionCount>> _sessions = new(time, BetweenWalks);

    /// <summary>How links and associations are; null where no engine runs.</summary>
    internal WanStatus? Status => _status.Get(wan.Engine, () => Try(static parts => parts.Engine.Status, null));

    internal IReadOnlyList<SessionCount> Sessions => _sessions.Get(wan.Running, () => Try(static parts => (parts.Datapath as BpfWanDatapath)?.CountSessions() ?? [], []));

    internal IReadOnlyDictionary<DatapathReason, long> Counters =>
        Try(static parts => (parts.Datapath as BpfWanDatapath)?.Counters(), null) ?? new Dictionary<DatapathReason, long>();

    /// <summary>Events that found no room in the kernel; null where no datapath runs.</summary>
    internal long? EventsLost => Try<long?>(static parts => (parts.Datapath as BpfWanDatapath)?.EventsLost, null);

    internal (int V4, int V6)? SessionLimits => Try<(int, int)?>(static parts => parts.Datapath is BpfWanDatapath kernel ? (kernel.MaxSessions, kernel.MaxSessionsV6) : null, null);

    // What cannot be read this time is not measured this time: an exception would take the other instruments down with it.
    private T Try<T>(Func<WanRuntime.Parts, T> read, T otherwise)
    {
        try
        {
            return wan.Running is { } running ? read(running) : otherwise;
        }
        catch (Exception e) when (e is BpfException or ObjectDisposedException or InvalidOperationException)
        {
            return otherwise;
        }
    }

    /// <summary>A reading that is good for a while, as long as it is of the same thing.</summary>
    private sealed class Kept<T>(TimeProvider time, TimeSpan goodFor)
    {
        private readonly Lock _reading = new();
        private object? _of;
        private long _at;
        private T _value = default!;

        internal T Get(object? of, Func<T> read)
        {
            lock (_reading)
            {
                if (_at == 0 || !ReferenceEquals(_of, of) || time.GetElapsedTime(_at) > goodFor)
                {
                    _value = read();
                    _of = of;
                    _at = time.GetTimestamp();
                }

                return _value;
            }
        }
    }
}
