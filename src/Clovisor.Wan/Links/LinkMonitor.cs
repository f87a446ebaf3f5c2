using System.Collections.Immutable;
using System.Net;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Netlink;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Links;

/// <summary>Watches the links of one configuration: network table and probes in, states out. Pure, and for one thread.</summary>
internal sealed class LinkMonitor
{
    private readonly IProbeSender _sender;
    private readonly ImmutableArray<MonitoredLink> _fromBeneath;

    /// <summary>Begins to watch. Links that an earlier monitor knew keep their state.</summary>
    public LinkMonitor(WanConfiguration configuration, IProbeSender sender, LinkMonitor? earlier, TimeSpan now)
    {
        _sender = sender;
        Links = [.. configuration.Links.Select(link => Watch(link, configuration, earlier, now))];
        _fromBeneath = [.. Links.OrderBy(Depth)];
    }

    /// <summary>The links, in the order of the configuration.</summary>
    public ImmutableArray<MonitoredLink> Links { get; }

    /// <summary>Whether every link with probes is silent since the same moment, so that their targets and not the links are suspected.</summary>
    public bool TargetsSuspect => Links.Any(static link => link.TargetsSuspect);

    /// <summary>Whether some link has no verdict yet.</summary>
    public bool IsProbing => Links.Any(static link => link.Machine.State == LinkState.Probing);

    /// <summary>The longest that a first verdict on all links can take.</summary>
    public TimeSpan LongestFirstVerdict => Links.Select(static link => link.Prober.LongestFirstVerdict).DefaultIfEmpty().Max();

    /// <summary>When <see cref="Run"/> has something to do next; null when only events can change anything.</summary>
    public TimeSpan? NextWake => Links.Select(static link => link.Prober.NextWake).Concat(Links.Select(static link => link.Machine.HoldDownEnds)).Min();

    public void LookUp(NetworkTable table, TimeSpan now)
    {
        foreach (MonitoredLink link in Links)
        {
            link.LookUp(table, now);
        }
    }

    public void Answered(string device, IPAddress from, ushort sequence, TimeSpan now) =>
        Links.FirstOrDefault(link => link.Link.Device == device)?.Prober.Answered(from, sequence, now);

    public void Failed(string device, IPAddress from, ushort sequence, string reason) =>
        Links.FirstOrDefault(link => link.Link.Device == device)?.Prober.Failed(from, sequence, reason);

    /// <summary>Takes in what sessions tell of a link; of one that is not in the configuration nothing.</summary>
    public void Observe(in PassiveSample sample, TimeSpan now)
    {
        string name = sample.Link;
        Links.FirstOrDefault(link => link.Link.Name == name)?.Observe(in sample, now);
    }

    /// <summary>Sends what is due, counts what is overdue, measures classes.</summary>
    /// <returns>Whether a choice between links may come out differently by what was measured.</returns>
    public bool Run(TimeSpan now)
    {
        bool changed = false;
        foreach (MonitoredLink link in Links)
        {
            link.Prober.Run(link.Path, _sender, now);
            changed |= link.MeasureClasses(now);
        }

        return changed;
    }

    /// <summary>Draws conclusions and lists what changed.</summary>
    public IReadOnlyList<LinkTransition> Evaluate(TimeSpan now)
    {
        List<LinkTransition>? transitions = null;
        foreach (MonitoredLink link in Links)
        {
            link.TargetsSuspect = IsSilentWithAllOthers(link);
        }

        foreach (MonitoredLink link in _fromBeneath)
        {
            if (Links.FirstOrDefault(other => other.Link.Name == link.Link.Over) is { } beneath)
            {
                link.Inherit(beneath, now);
            }

            LinkState before = link.Machine.State;
            if (link.Evaluate(now))
            {
                (transitions ??= []).Add(new LinkTransition(link.Link.Name, before, link.Machine.State, link.Machine.Reason, now));
            }
        }

        return transitions ?? (IReadOnlyList<LinkTransition>)[];
    }

    /// <summary>
    /// A link that works by all other signs, whose probes went silent together with those of every other such link (two at least),
    /// is not blamed: most likely the targets are gone, and if the links are, then there is nothing better to move to.
    /// </summary>
    private bool IsSilentWithAllOthers(MonitoredLink link)
    {
        if (!IsCandidate(link) || link.Prober.SilentSince is not { } since)
        {
            return false;
        }

        MonitoredLink[] others = [.. Links.Where(other => other != link && IsCandidate(other))];
        return others.Length > 0 && others.All(other => other.Prober is { IsNearlyDead: true, SilentSince: { } silence }
            && (silence - since).Duration() <= LongestGap(link, other));

        static bool IsCandidate(MonitoredLink link) =>
            link.Prober.HasProbes && link.Path.Obstacle is null && link.Machine.IsUsable;
    }

    /// <summary>How many links lie beneath one; a valid configuration has no circles.</summary>
    private int Depth(MonitoredLink link)
    {
        int depth = 0;
        for (string? over = link.Link.Over; over is not null; over = Links.FirstOrDefault(other => other.Link.Name == over)?.Link.Over)
        {
            depth++;
        }

        return depth;
    }

    // Two links that lose their targets at one moment notice it within one interval of either, and an answer's time.
    private static TimeSpan LongestGap(MonitoredLink left, MonitoredLink right) => new[] { left, right }
        .SelectMany(static link => link.Link.Probes).Max(static probe => probe.Interval) * 2;

    private static MonitoredLink Watch(WanLink link, WanConfiguration configuration, LinkMonitor? earlier, TimeSpan now)
    {
        ImmutableArray<SlaClass> classes = MonitoredLink.ClassesAskedOf(link.Name, configuration);
        MonitoredLink? known = earlier?.Links.FirstOrDefault(other => other.Link.Name == link.Name);
        if (known is not null && known.Serves(link, classes))
        {
            return known;
        }

        var watched = new MonitoredLink(link, classes, now);
        if (known is not null && known.Link.Device == link.Device)
        {
            watched.Continue(known);
        }

        return watched;
    }
}
