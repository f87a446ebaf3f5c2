using System.Globalization;
using System.Net.Sockets;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Configuration;
using Clovisor.Wan.Datapath;
using Clovisor.Wan.Links;
using Clovisor.Wan.Sla;
using Clovisor.Wan.Status;

namespace Clovisor.Wan.Explanation;

/// <summary>Says why a session takes the link that it takes, and what each other link failed. Pure: of a configuration and a status.</summary>
/// <remarks>The status is an engine's, or the end of a simulation. Speaks of a session that begins now; one that is pinned keeps its link.</remarks>
public static class SessionExplainer
{
    /// <summary>Explains.</summary>
    /// <param name="configuration">The configuration that the status is of.</param>
    /// <param name="status">How the links stand.</param>
    /// <param name="session">What is known of the session. Source, destination and protocol give its slot.</param>
    /// <exception cref="ArgumentException">The status is of another configuration.</exception>
    public static SessionExplanation Explain(WanConfiguration configuration, WanStatus status, SessionFacts session)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(session);
        if (!configuration.Links.Select(static link => link.Name).SequenceEqual(status.Links.Select(static link => link.Name))
            || !configuration.Associations.Select(static association => association.Name).SequenceEqual(status.Associations.Select(static association => association.Name)))
        {
            throw new ArgumentException("The status is of another configuration: its links or associations have other names. Take both at one moment.", nameof(status));
        }

        if (configuration.Classify(session) is not { } match)
        {
            return new SessionExplanation { Match = null };
        }

        AssociationStatus stands = status.Associations[match.Position];
        byte? sticky = match.Association.Sticky.SlotOf(session);
        byte? slot = sticky ?? SlotOf(session);
        string?[] links = [.. stands.Slots.Select(link => link == DatapathPlan.NoLink ? null : configuration.Links[link].Name)];
        string?[] distinct = [.. links.Distinct()];
        string? taken = slot is { } known ? links[known] : distinct.Length == 1 ? distinct[0] : null;
        return new SessionExplanation
        {
            Match = match,
            Slot = slot,
            BySticky = sticky is not null,
            Link = taken,
            Addressing = taken is null ? null : SessionAddressing.Of(configuration, status, taken, session),
            Reason = stands.Reason,
            Candidates = [.. Candidates(configuration, status, match.Association, stands)],
        };
    }

    private static byte? SlotOf(SessionFacts session) =>
        session is { Source: { } source, Destination: { } destination, Protocol: 6 or 17 } && source.AddressFamily == destination.AddressFamily
            ? DatapathPlan.SlotOf(new SessionTuple(session.Protocol == 6 ? ProtocolType.Tcp : ProtocolType.Udp, source, destination))
            : null;

    private static IEnumerable<LinkCandidate> Candidates(WanConfiguration configuration, WanStatus status, WanAssociation association, AssociationStatus stands)
    {
        for (int tier = 0; tier < association.Tiers.Length; tier++)
        {
            foreach ((string name, int weight) in association.Tiers[tier].Links)
            {
                WanLink link = configuration.Links.First(link => link.Name == name);
                LinkStatus known = status.Links.First(link => link.Name == name);
                ClassStatus asked = known.Classes.FirstOrDefault(verdict => verdict.Name == association.Sla);
                string? obstacle =
                    association.Criteria.Failed(link)
                    ?? (!known.IsUsable ? $"{known.State}: {known.Reason}" : null)
                    ?? (asked.Verdict == SlaVerdict.Broken
                        ? string.Create(CultureInfo.InvariantCulture, $"breaks SLA class '{asked.Name}', at {asked.Excess:0.0#} times its limit")
                        : null);
                yield return new LinkCandidate(tier, name, weight, stands.Links.FirstOrDefault(share => share.Link == name).Slots, obstacle) { Addressing = link.Addressing };
            }
        }
    }
}
