using System.Collections.Immutable;
using System.Net;
using Clovisor.Wan.Links;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Probes;

/// <summary>All the probes of one link: when to send which, and what the answers say of the link.</summary>
internal sealed class LinkProber
{
    private readonly ImmutableArray<ProbeDefinition> _definitions;
    private readonly ImmutableArray<TargetTracker> _targets;
    private ushort _sequence;

    public LinkProber(WanLink link, TimeSpan longestWindow, TimeSpan now)
    {
        _definitions = link.Probes;
        _targets = [.. _definitions.SelectMany(definition => definition.Targets.Select((target, position) => new TargetTracker(target, definition, longestWindow)
        {
            // The targets of a definition take turns, so that no burst leaves and a failure shows as early as the first of them can tell.
            NextDue = now + (definition.Interval * position / definition.Targets.Length),
        }))];
    }

    public ImmutableArray<TargetTracker> Targets => _targets;

    public bool HasProbes => !_targets.IsEmpty;

    /// <summary>Whether some definition has so many dead targets that its quorum cannot be met.</summary>
    public bool IsDead => _definitions.Any(definition => TargetsOf(definition).Count(static target => !target.IsDead) < definition.Quorum);

    /// <summary>Whether each definition has its quorum of targets that answer.</summary>
    public bool IsAlive => _definitions.All(definition => TargetsOf(definition).Count(static target => target.IsAlive) >= definition.Quorum);

    /// <summary>How many probes in a row a quorum of each definition answered.</summary>
    public int GoodRun => HasProbes
        ? _definitions.Min(definition => TargetsOf(definition).Select(static target => target.GoodRun).OrderDescending().ElementAt(definition.Quorum - 1))
        : int.MaxValue;

    public TimeSpan? LastAnswer => _targets.Select(static target => target.LastAnswer).Max();

    /// <summary>Since when no target has answered: when the first probe was sent that every target has missed. Null while one of them answers,
    /// or while none has missed a probe yet.</summary>
    public TimeSpan? SilentSince => HasProbes && _targets.All(static target => target.MissedRun > 0)
        ? _targets.Max(static target => target.MissedSince)
        : null;

    /// <summary>Whether every target has missed all but one of the probes that make it dead.</summary>
    public bool IsNearlyDead => HasProbes && _targets.All(static target => target.MissedRun >= Math.Max(1, target.Definition.Lost - 1));

    /// <summary>The longest that the first verdict can take.</summary>
    public TimeSpan LongestFirstVerdict => HasProbes
        ? _definitions.Max(static definition => (definition.Interval * definition.Lost) + definition.Timeout)
        : TimeSpan.Zero;

    /// <summary>When something is to be sent or decided next.</summary>
    public TimeSpan? NextWake => HasProbes
        ? _targets.Min(static target => target.NextDecision is { } decision && decision < target.NextDue ? decision : target.NextDue)
        : null;

    /// <summary>Sends what is due and counts what is overdue.</summary>
    /// <param name="path">Where the link's packets leave; incomplete paths send nothing.</param>
    /// <param name="sender">Sends.</param>
    /// <param name="now">The time.</param>
    public void Run(LinkPath path, IProbeSender sender, TimeSpan now)
    {
        foreach (TargetTracker target in _targets)
        {
            TimeSpan interval = target.Definition.Interval;
            bool late = now - target.NextDue > interval / 2;
            target.Advance(now, late, sender, path.Link.Device);
            if (now < target.NextDue)
            {
                continue;
            }

            // A neighbour that failed is asked again only when something is sent to it.
            if (path is { Index: { } index, Obstacle: null or LinkState.Down })
            {
                var origin = new ProbeOrigin(path.Link.Device, index, path.SourceOf(target.Target.AddressFamily));
                ushort sequence = _sequence++;
                target.SendError = sender.Send(origin, target.Definition, target.Target, sequence, out TimeSpan sentAt);
                target.Sent(sequence, sentAt, late && target.SendError is null);
            }

            // After a stall the missed turns are not made up for.
            target.NextDue = late ? now + interval : target.NextDue + interval;
        }
    }

    /// <summary>Notes an answer.</summary>
    public bool Answered(IPAddress from, ushort sequence, TimeSpan now)
    {
        foreach (TargetTracker target in _targets)
        {
            if (target.Target.Equals(from) && target.Answered(sequence, now))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Notes that a probe was answered by a refusal, or by something that is no answer: it stays without one, and its reason is known.</summary>
    public void Failed(IPAddress from, ushort sequence, string reason)
    {
        foreach (TargetTracker target in _targets.Where(target => target.Target.Equals(from) && target.IsOut(sequence)))
        {
            target.Failure = reason;
        }
    }

    /// <summary>Begins anew at once, as when the device or its address has changed.</summary>
    public void Restart(TimeSpan now)
    {
        foreach (TargetTracker target in _targets)
        {
            target.Restart();
            int position = target.Definition.Targets.IndexOf(target.Target);
            target.NextDue = now + (target.Definition.Interval * position / target.Definition.Targets.Length);
        }
    }

    /// <summary>The quality that the best of the targets shows: one that limits its answers says nothing of the link.</summary>
    public LinkQuality BestQuality(TimeSpan window, TimeSpan now)
    {
        LinkQuality best = default;
        foreach (TargetTracker target in _targets)
        {
            LinkQuality quality = target.Quality(window, now);
            if (quality.Samples > 0 && (best.Samples == 0 || (quality.Loss, quality.Latency).CompareTo((best.Loss, best.Latency)) < 0))
            {
                best = quality;
            }
        }

        return best;
    }

    private IEnumerable<TargetTracker> TargetsOf(ProbeDefinition definition) =>
        _targets.Where(target => ReferenceEquals(target.Definition, definition));
}
