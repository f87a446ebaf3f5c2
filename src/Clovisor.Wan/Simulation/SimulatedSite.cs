using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Links;
using Clovisor.Wan.Netlink;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Sla;
using Clovisor.Wan.Status;
using Clovisor.Wan.Steering;

namespace Clovisor.Wan.Simulation;

/// <summary>The links of one run, and the engine in front of them.</summary>
internal sealed class SimulatedSite : IProbeSender
{
    // How often sessions tell of their link.
    private static readonly TimeSpan PassiveInterval = TimeSpan.FromMilliseconds(200);

    private readonly WanConfiguration _configuration;
    private readonly LinkHistory _history;
    private readonly Random _random;
    private readonly Dictionary<string, LinkCondition> _conditions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _linkOfDevice;
    private readonly PriorityQueue<(string Device, IPAddress Target, ushort Sequence), TimeSpan> _answers = new();
    private readonly NetworkTable _table = new();
    private readonly SlotRecorder _recorder;
    private readonly List<SimulatedTransition> _transitions = [];
    private readonly List<SimulatedSwitch> _switches = [];
    private ImmutableArray<LinkShare>[] _shares = [];
    private TimeSpan _now;
    private long _probes;

    public SimulatedSite(WanConfiguration configuration, LinkHistory history, SlotRecorder recorder)
    {
        _recorder = recorder;
        _configuration = configuration;
        _history = history;
        _random = new Random(history.Seed);
        _linkOfDevice = configuration.Links.ToDictionary(static link => link.Device, static link => link.Name, StringComparer.Ordinal);
        foreach (WanLink link in configuration.Links)
        {
            _conditions[link.Name] = new LinkCondition();
        }
    }

    public SimulationResult Run(CancellationToken cancellationToken)
    {
        var events = new Queue<LinkEvent>(_history.Events.OrderBy(static happening => happening.At));
        TakeEvents(events);
        PutDevices();
        var core = new EngineCore(_configuration, _recorder, this, _table, _now);
        TimeSpan nextPassive = PassiveInterval;
        int changes = 0;
        while (_now < _history.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool networkChanged = TakeEvents(events);
            if (networkChanged)
            {
                PutDevices();
            }

            while (_answers.TryPeek(out (string Device, IPAddress Target, ushort Sequence) answer, out TimeSpan at) && at <= _now)
            {
                _answers.Dequeue();
                core.Monitor.Answered(answer.Device, answer.Target, answer.Sequence, _now);
            }

            if (_now >= nextPassive)
            {
                ObservePassively(core);
                nextPassive += PassiveInterval;
            }

            foreach ((string link, LinkState from, LinkState to, string reason, TimeSpan at) in core.Step(networkChanged, _now))
            {
                _transitions.Add(new SimulatedTransition(at, link, from, to, reason));
            }

            if (_recorder.Changes != changes)
            {
                changes = _recorder.Changes;
                NoteSwitches(core);
            }

            Advance(core, events, nextPassive);
        }

        return new SimulationResult
        {
            Transitions = [.. _transitions],
            Switches = [.. _switches],
            End = StatusBuilder.Build(core, _now, DateTimeOffset.UnixEpoch + _now),
            Probes = _probes,
        };
    }

    public string? Send(in ProbeOrigin origin, ProbeDefinition definition, IPAddress target, ushort sequence, out TimeSpan sentAt)
    {
        sentAt = _now;
        _probes++;
        LinkCondition condition = _conditions[_linkOfDevice[origin.Device]];
        double reached = (1 - condition.Loss) * (1 - condition.TargetLoss.GetValueOrDefault(target));
        if (condition.Carrier && _random.NextDouble() < reached)
        {
            _answers.Enqueue((origin.Device, target, sequence), _now + condition.RoundTrip + (condition.Jitter * _random.NextDouble()));
        }

        return null;
    }

    private bool TakeEvents(Queue<LinkEvent> events)
    {
        bool networkChanged = false;
        while (events.TryPeek(out LinkEvent next) && next.At <= _now)
        {
            events.Dequeue();
            networkChanged |= _conditions[next.Link].Carrier != next.Condition.Carrier;
            _conditions[next.Link] = next.Condition;
        }

        return networkChanged;
    }

    private void PutDevices()
    {
        for (int i = 0; i < _configuration.Links.Length; i++)
        {
            WanLink link = _configuration.Links[i];
            uint flags = Rtnetlink.IFF_UP | (_conditions[link.Name].Carrier ? Rtnetlink.IFF_LOWER_UP : 0);
            _table.Put(
                new NetworkDevice(i + 1, link.Device, flags, OperationalState: 0),
                [.. link.Addresses, .. MissingFamilies(link.Addresses, i, host: 1)],
                MissingFamilies(link.NextHops, i, host: 2));
        }
    }

    /// <summary>Addresses of a link that states none, out of what is set aside for documentation and tests.</summary>
    private static IEnumerable<IPAddress> MissingFamilies(ImmutableArray<IPAddress> stated, int link, byte host)
    {
        if (!stated.Any(static address => address.AddressFamily == AddressFamily.InterNetwork))
        {
            yield return new IPAddress([198, 18, (byte)link, host]);
        }

        if (!stated.Any(static address => address.AddressFamily == AddressFamily.InterNetworkV6))
        {
            yield return new IPAddress([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, (byte)link, 0, 0, 0, 0, 0, 0, 0, host]);
        }
    }

    private void ObservePassively(EngineCore core)
    {
        foreach (MonitoredLink link in core.Monitor.Links)
        {
            LinkCondition condition = _conditions[link.Link.Name];
            int packets = (int)Math.Round(condition.PassivePacketsPerSecond * PassiveInterval.TotalSeconds);
            if (packets == 0 || !link.Machine.IsUsable)
            {
                continue;
            }

            int lost = 0;
            for (int i = 0; i < packets; i++)
            {
                lost += !condition.Carrier || _random.NextDouble() < condition.Loss ? 1 : 0;
            }

            core.Monitor.Observe(new PassiveSample(link.Link.Name, packets, lost, condition.RoundTrip), _now);
        }
    }

    private void NoteSwitches(EngineCore core)
    {
        var shares = new ImmutableArray<LinkShare>[_configuration.Associations.Length];
        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = [.. core.Steering.Shares(i).OrderBy(static share => share.Link)
                .Select(share => new LinkShare(_configuration.Links[share.Link].Name, share.Slots))];
            if (_shares.Length > 0 && !shares[i].SequenceEqual(_shares[i]))
            {
                _switches.Add(new SimulatedSwitch(_now, _configuration.Associations[i].Name, _shares[i], shares[i], core.Steering.SelectionOf(i).Reason));
            }
        }

        _shares = shares;
    }

    private void Advance(EngineCore core, Queue<LinkEvent> events, TimeSpan nextPassive)
    {
        TimeSpan next = core.NextWake ?? _history.Length;
        next = _answers.TryPeek(out _, out TimeSpan answer) && answer < next ? answer : next;
        next = events.TryPeek(out LinkEvent happening) && happening.At < next ? happening.At : next;
        next = nextPassive < next ? nextPassive : next;

        // What is due already was done; a tenth of a millisecond on is the soonest that anything can follow from it.
        TimeSpan soonest = _now + TimeSpan.FromMilliseconds(0.1);
        _now = next > soonest ? next : soonest;
        _now = _now > _history.Length ? _history.Length : _now;
    }
}
