using System.Diagnostics.Metrics;
using System.Net.Sockets;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Events;
using Clovisor.Wan;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;
using Clovisor.Wan.Selection;
using Clovisor.Wan.Sla;
using Clovisor.Wan.Status;
using static Clovisor.Hosting.Telemetry.TelemetryTag;

namespace Clovisor.Hosting.Telemetry;

/// <summary>What the links, the associations and the kernel's datapath show. Nothing is measured while there is no WAN part, or it does not run.</summary>
internal sealed class WanInstruments
{
    private const string V4 = "ipv4";
    private const string V6 = "ipv6";

    private readonly WanReadings _readings;
    private readonly Counter<long> _transitions;

    public WanInstruments(IMeterFactory meters, WanRuntime wan, EventHub events, TimeProvider time)
    {
        _readings = new WanReadings(wan, time);
        Meter meter = meters.Create(ClovisorTelemetry.MeterName, ClovisorTelemetry.Version);

        meter.CreateObservableUpDownCounter("clovisor.link.status", LinkStates, "1", "1 for the state that a link is in, 0 for the others.");
        meter.CreateObservableGauge("clovisor.link.state.age", () => Links(link => Measured((time.GetUtcNow() - link.Since).TotalSeconds, Of(Link, link.Name))), "s", "How long a link has been in its state.");
        _transitions = meter.CreateCounter<long>("clovisor.link.transitions", "{transition}", "Changes of a link's state, by the state it went to.");

        meter.CreateObservableUpDownCounter("clovisor.probe.status", TargetStates, "1", "1 for the state that a target of a link's probes is in, 0 for the other.");
        meter.CreateObservableGauge("clovisor.probe.loss", () => Targets(target => target.Quality.Samples > 0 ? target.Quality.Loss : null), "1", "Lost share of the probes of the last 10 seconds, 0 to 1.");
        meter.CreateObservableGauge("clovisor.probe.latency", () => Targets(target => target.Quality.Latency?.TotalSeconds), "s", "Mean round trip of the probes of the last 10 seconds.");
        meter.CreateObservableGauge("clovisor.probe.jitter", () => Targets(target => target.Quality.Jitter?.TotalSeconds), "s", "Mean difference of one round trip from the next, over the last 10 seconds.");

        meter.CreateObservableUpDownCounter("clovisor.sla.status", SlaVerdicts, "1", "1 for whether a link keeps an SLA class that associations ask of it, 0 for the other verdicts.");
        meter.CreateObservableGauge("clovisor.sla.excess", SlaExcess, "1", "Worst value by its limit where a link breaks an SLA class, 0 while it does not.");

        meter.CreateObservableUpDownCounter("clovisor.association.slots", Slots, "{slot}", "Slots of an association that point at a link, of 64.");
        meter.CreateObservableUpDownCounter("clovisor.association.status", Selections, "1", "1 for why an association takes the links that it takes, 0 for the other reasons.");

        meter.CreateObservableUpDownCounter("clovisor.session.count", Sessions, "{session}", "Sessions in the kernel, by association, link and address family.");
        meter.CreateObservableUpDownCounter("clovisor.session.limit", SessionLimit, "{session}", "The most sessions that the kernel's table of an address family holds.");
        meter.CreateObservableCounter("clovisor.datapath.packets", () => Counters(ofSockets: false), "{packet}", "Packets by how they left a program of the datapath; one counts for each program it goes through.");
        meter.CreateObservableCounter("clovisor.datapath.connections", () => Counters(ofSockets: true), "{connection}", "Connections of the proxy's control group by what became of their tag.");
        meter.CreateObservableCounter("clovisor.event.losses", () => EventLosses(events), "{event}", "Events of the datapath that were not told, by whose buffer they found full.");
        wan.LinkChanged += (_, change) => _transitions.Add(1, Of(Link, change.Link), Of(LinkStateName, TagText<LinkState>.Of(change.Current)));
    }

    private IEnumerable<Measurement<long>> LinkStates() =>
        _readings.Status?.Links.SelectMany(link => OneOf(link.State, LinkStateName, Of(Link, link.Name))) ?? [];

    private IEnumerable<Measurement<T>> Links<T>(Func<LinkStatus, Measurement<T>> measure)
        where T : struct => _readings.Status?.Links.Select(measure) ?? [];

    private IEnumerable<Measurement<double>> Targets(Func<TargetStatus, double?> value) =>
        from link in _readings.Status?.Links ?? []
        from target in link.Targets
        let measured = value(target)
        where measured is not null
        select Measured(measured.Value, Of(Link, link.Name), Of(PeerAddress, target.Address.ToString()));

    private IEnumerable<Measurement<long>> TargetStates() =>
        from link in _readings.Status?.Links ?? []
        from target in link.Targets
        from dead in (bool[])[false, true]
        select Measured(target.IsDead == dead ? 1L : 0, Of(Link, link.Name), Of(PeerAddress, target.Address.ToString()), Of(ProbeState, dead ? "dead" : "alive"));

    private IEnumerable<Measurement<long>> SlaVerdicts() =>
        from link in _readings.Status?.Links ?? []
        from kept in link.Classes
        from measured in OneOf(kept.Verdict, SlaVerdictName, Of(Link, link.Name), Of(SlaClassName, kept.Name))
        select measured;

    private IEnumerable<Measurement<double>> SlaExcess() =>
        from link in _readings.Status?.Links ?? []
        from kept in link.Classes
        select Measured(kept.Excess, Of(Link, link.Name), Of(SlaClassName, kept.Name));

    private IEnumerable<Measurement<long>> Slots() =>
        from association in _readings.Status?.Associations ?? []
        from share in association.Links
        select Measured((long)share.Slots, Of(Association, association.Name), Of(Link, share.Link));

    private IEnumerable<Measurement<long>> Selections() =>
        _readings.Status?.Associations.SelectMany(association => OneOf(association.Reason, SelectionReasonName, Of(Association, association.Name))) ?? [];

    // What is absent from a label set reads as an empty one, which is how "none" is said here.
    private IEnumerable<Measurement<long>> Sessions() =>
        _readings.Sessions.Select(count => Measured(count.Sessions, Of(Association, count.Association), Of(Link, count.Link), Of(NetworkType, count.Family == AddressFamily.InterNetwork ? V4 : V6)));

    private IEnumerable<Measurement<long>> SessionLimit() => _readings.SessionLimits is var (v4, v6) ? [Measured((long)v4, Of(NetworkType, V4)), Measured((long)v6, Of(NetworkType, V6))] : [];

    private IEnumerable<Measurement<long>> Counters(bool ofSockets) =>
        from counter in _readings.Counters
        where IsOfSocket(counter.Key) == ofSockets
        select Measured(counter.Value, Of(DatapathReasonName, TagText<DatapathReason>.Of(counter.Key)));

    private IEnumerable<Measurement<long>> EventLosses(EventHub events) =>
        _readings.EventsLost is { } lost ? [Measured(lost, Of(EventBufferName, "kernel")), Measured(events.LostByReaders, Of(EventBufferName, "reader"))] : [];

    private static bool IsOfSocket(DatapathReason reason) => reason is >= DatapathReason.SockEntered and <= DatapathReason.SockTableFull;

    // OpenTelemetry's form for a state: a series for each value, so that a query need not know numbers.
    private static IEnumerable<Measurement<long>> OneOf<T>(T actual, string name, params KeyValuePair<string, object?>[] others)
        where T : struct, Enum =>
        TagText<T>.All.Select(state => Measured(EqualityComparer<T>.Default.Equals(state.Key, actual) ? 1L : 0, [.. others, Of(name, state.Value)]));

    private static Measurement<T> Measured<T>(T value, params KeyValuePair<string, object?>[] tags)
        where T : struct => new(value, tags.Where(tag => tag.Value is not null));
}
