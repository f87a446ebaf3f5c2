using System.Collections.Immutable;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Netlink;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Links;

/// <summary>One link with all that is known of it: path, probes, SLA classes, state.</summary>
internal sealed class MonitoredLink
{
    // Windows shorter than this are of no use in a status.
    private static readonly TimeSpan StatusWindow = TimeSpan.FromSeconds(10);

    // Often enough for the shortest window, which is a second.
    private static readonly TimeSpan MeasurementInterval = TimeSpan.FromMilliseconds(200);

    private readonly ImmutableArray<SlaMeter> _meters;
    private readonly (int Answered, int Lost)[] _counted;
    private TimeSpan _nextMeasurement;

    public MonitoredLink(WanLink link, ImmutableArray<SlaClass> classes, TimeSpan now)
    {
        Link = link;
        Prober = new LinkProber(link, classes.Select(static sla => sla.Window).Append(StatusWindow).Max(), now);
        _meters = [.. classes.Select(sla => new SlaMeter(sla, Prober.Targets.Length))];
        _counted = new (int, int)[Prober.Targets.Length];
        Machine = new LinkStateMachine(link.Recovery, now);
        Path = new LinkPath { Link = link, Obstacle = LinkState.Absent };
    }

    public WanLink Link { get; }

    public LinkProber Prober { get; }

    public LinkStateMachine Machine { get; }

    public LinkPath Path { get; private set; }

    /// <summary>The last path that was complete: what the datapath is told, until there is another or the device is gone.</summary>
    public LinkPath? LastGoodPath { get; private set; }

    /// <summary>The mean round trip of the last sample that its sessions gave; null when there was none.</summary>
    public TimeSpan? PassiveRoundTrip { get; private set; }

    /// <summary>Whether the silence of its probes is laid to their targets.</summary>
    public bool TargetsSuspect { get; set; }

    public static LinkQuality QualityOf(TargetTracker target, TimeSpan now) => target.Quality(StatusWindow, now);

    /// <summary>The classes of the associations that use a link of some name.</summary>
    public static ImmutableArray<SlaClass> ClassesAskedOf(string link, WanConfiguration configuration) =>
    [
        .. configuration.SlaClasses.Where(sla => configuration.Associations.Any(association =>
            association.Sla == sla.Name && association.Tiers.Any(tier => tier.Links.Any(member => member.Link == link)))),
    ];

    /// <summary>Whether this object may stand for a link of a new configuration as it is.</summary>
    public bool Serves(WanLink link, ImmutableArray<SlaClass> classes) =>
        Link.Equals(link) && _meters.Select(static meter => meter.Class).SequenceEqual(classes);

    /// <summary>Goes on with the state of another definition of the same link on the same device.</summary>
    public void Continue(MonitoredLink other)
    {
        Machine.Continue(other.Machine);
        (Path, LastGoodPath) = (other.Path with { Link = Link }, other.LastGoodPath is { } path ? path with { Link = Link } : null);
    }

    public void LookUp(NetworkTable table, TimeSpan now)
    {
        LinkPath before = Path;
        Path = LinkPath.Find(Link, table);
        if (Path.Obstacle is null && (before.Obstacle is not (null or LinkState.Down) || !Path.LeadsAs(before)))
        {
            Prober.Restart(now);
        }

        LastGoodPath = Path switch
        {
            { Index: null } => null,
            { Obstacle: null } => Path,
            _ when LastGoodPath?.Index == Path.Index => LastGoodPath,
            // Of a process that starts while the link is down: the sessions that it finds there wait for the link, and must not lose it.
            { Obstacle: not LinkState.NoAddress } when Path.LeadsAnywhere => Path,
            _ => null,
        };
    }

    /// <summary>Takes over what the link beneath is: a tunnel works no better than what carries it.</summary>
    public void Inherit(MonitoredLink beneath, TimeSpan now)
    {
        if (Path.Obstacle is null && !beneath.Machine.IsUsable)
        {
            Path = Path with
            {
                Obstacle = LinkState.Down,
                Reason = $"link '{beneath.Link.Name}' beneath it is {beneath.Machine.State}: {beneath.Machine.Reason}",
                Inherited = true,
            };
        }
        else if (Path.Inherited && beneath.Machine.IsUsable)
        {
            Path = Path with { Obstacle = null, Reason = "", Inherited = false };
            Prober.Restart(now);
        }
    }

    /// <summary>Measures the classes that are asked of the link, when it is time to.</summary>
    /// <returns>Whether one is broken, or has just been kept again.</returns>
    public bool MeasureClasses(TimeSpan now)
    {
        if (_meters.IsEmpty || now < _nextMeasurement)
        {
            return false;
        }

        bool changed = false;
        _nextMeasurement = now + MeasurementInterval;
        CountOutcomes();
        foreach (SlaMeter meter in _meters)
        {
            changed |= meter.Measure(Prober.BestQuality(meter.Class.Window, now), now) || meter.IsBroken;
        }

        return changed;
    }

    /// <summary>Takes in what sessions tell of the link.</summary>
    public void Observe(in PassiveSample sample, TimeSpan now)
    {
        PassiveRoundTrip = sample.RoundTrip ?? PassiveRoundTrip;
        foreach (SlaMeter meter in _meters)
        {
            meter.CountPassive(sample.Packets, sample.Lost, now);
        }
    }

    public bool Evaluate(TimeSpan now) => Machine.Evaluate(
        Path, Prober, TargetsSuspect, _meters.FirstOrDefault(static meter => meter.IsBroken)?.Class.Name, now);

    /// <summary>What is known of each class that is asked of the link.</summary>
    public IEnumerable<(SlaClass Class, SlaVerdict Verdict, double Excess)> Verdicts => _meters.Select(static meter => (meter.Class, meter.Verdict, meter.Excess));

    private void CountOutcomes()
    {
        for (int i = 0; i < _counted.Length; i++)
        {
            TargetTracker target = Prober.Targets[i];
            (int answered, int lost) = (target.AnsweredCount - _counted[i].Answered, target.LostCount - _counted[i].Lost);
            _counted[i] = (target.AnsweredCount, target.LostCount);
            foreach (SlaMeter meter in answered + lost > 0 ? _meters : [])
            {
                meter.Count(i, answered + lost, lost);
            }
        }
    }

    /// <summary>By how much the link breaks a class; 0 when it keeps it, or when no class is asked for.</summary>
    public double ExcessOver(string? slaClass) => _meters.FirstOrDefault(meter => meter.Class.Name == slaClass)?.Excess ?? 0;
}
