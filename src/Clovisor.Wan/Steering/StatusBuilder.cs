using Clovisor.Wan.Associations;
using Clovisor.Wan.Links;
using Clovisor.Wan.Probes;
using Clovisor.Wan.Status;

namespace Clovisor.Wan.Steering;

/// <summary>Copies what the engine knows.</summary>
internal static class StatusBuilder
{
    /// <summary>Makes a status.</summary>
    /// <param name="core">The engine.</param>
    /// <param name="now">The time on the engine's clock.</param>
    /// <param name="wallClock">The same moment on the wall's.</param>
    public static WanStatus Build(EngineCore core, TimeSpan now, DateTimeOffset wallClock)
    {
        return new WanStatus
        {
            Links = [.. core.Monitor.Links.Select(Describe)],
            Associations = [.. core.Configuration.Associations.Select(DescribeAssociation)],
            TargetsSuspect = core.Monitor.TargetsSuspect,
            DatapathError = core.DatapathError,
        };

        AssociationStatus DescribeAssociation(WanAssociation association, int position)
        {
            (int Link, int Slots)[] shares = [.. core.Steering.Shares(position)];
            return new AssociationStatus
            {
                Name = association.Name,
                Reason = core.Steering.SelectionOf(position).Reason,
                Tier = core.Steering.SelectionOf(position).Tier,
                Links = [.. shares.Select(share => new LinkShare(core.Configuration.Links[share.Link].Name, share.Slots))],
                Slots = core.Steering.SlotsOf(position),
                Warnings = [.. FamilyGaps([.. shares.Select(share => core.Monitor.Links[share.Link])])],
            };
        }

        LinkStatus Describe(MonitoredLink link) => new()
        {
            Name = link.Link.Name,
            Device = link.Link.Device,
            InterfaceIndex = link.Path.Index,
            State = link.Machine.State,
            Since = OnTheWall(link.Machine.Since),
            Reason = link.Machine.Reason,
            NextHopV4 = link.Path.NextHopV4,
            NextHopV6 = link.Path.NextHopV6,
            SourceV4 = link.Path.SourceV4,
            SourceV6 = link.Path.SourceV6,
            Addressing = link.Link.Addressing,
            Peer = link.Link.Peer,
            HoldDownEnds = link.Machine.HoldDownEnds is { } ends ? OnTheWall(ends) : null,
            Classes = [.. link.Verdicts.Select(static verdict => new ClassStatus(verdict.Class.Name, verdict.Verdict, verdict.Excess))],
            PassiveRoundTrip = link.PassiveRoundTrip,
            Targets = [.. link.Prober.Targets.Select(DescribeTarget)],
        };

        TargetStatus DescribeTarget(TargetTracker target) => new()
        {
            Address = target.Target,
            IsDead = target.IsDead,
            Quality = MonitoredLink.QualityOf(target, now),
            LastAnswer = target.LastAnswer is { } answer ? OnTheWall(answer) : null,
            SendError = target.SendError,
            Failure = target.Failure,
        };

        static IEnumerable<string> FamilyGaps(MonitoredLink[] links)
        {
            foreach ((string family, Func<LinkPath, bool> carries) in new (string, Func<LinkPath, bool>)[]
                {("IPv4", static path => path.NextHopV4 is not null), ("IPv6", static path => path.NextHopV6 is not null) })
            {
                string[] without = [.. links.Where(link => !carries(link.Path)).Select(static link => link.Link.Name)];
                if (without.Length > 0 && without.Length < links.Length)
                {
                    yield return $"{family} sessions that fall to {string.Join(", ", without)} find no next hop there";
                }
            }
        }

        DateTimeOffset OnTheWall(TimeSpan at) => wallClock + (at - now);
    }
}
