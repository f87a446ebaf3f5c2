using System.Collections.Frozen;
using System.Collections.Immutable;
using Clovisor.Hosting.Configuration;
using Clovisor.Hosting.Kubernetes.Following;
using Clovisor.Wan.Links;
using Clovisor.Wan.Selection;
using Clovisor.Wan.Status;

namespace Clovisor.Hosting.Kubernetes.Status;

/// <summary>What one node has to say of the WAN objects of its cluster. Pure: the same input gives the same entries.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Settlement">What became of the objects.</param>
/// <param name="Wan">What its engine knows; null when none runs.</param>
/// <param name="Now">The time.</param>
internal sealed record NodeView(string Node, FrozenDictionary<string, string> Labels, Settlement Settlement, WanStatus? Wan, DateTimeOffset Now)
{
    private const int LongestReason = 1024;

    /// <summary>Makes this node's entry of an object; null when the object is not this node's.</summary>
    internal WanNodeStatus? EntryOf(WanObject item, IReadOnlyDictionary<string, WanObject> links)
    {
        WanNodeStatus? former = item.Status?.Nodes?.FirstOrDefault(entry => entry.Node == Node);
        if (!Settlement.Contents.Generations.TryGetValue(item.Subject, out long generation) || generation != item.Generation)
        {
            // Changed since; what is said of the former generation stands until this one was looked at.
            return former;
        }

        if (!IsHere(item, links))
        {
            return null;
        }

        (bool accepted, string? refusal) = Acceptance(item);
        WanNodeStatus entry = item.Kind == WanKinds.Link ? OfLink(item) : item.Kind == WanKinds.Association ? OfAssociation(item) : new WanNodeStatus();
        bool stays = former is not null && former.State == entry.State && former.Accepted == accepted && former.Ready == entry.Ready;
        return entry with
        {
            Node = Node,
            ObservedGeneration = item.Generation,
            Accepted = accepted,
            Reason = accepted ? stays ? former!.Reason : entry.Reason : refusal,
            Since = stays ? former!.Since : Seconds(entry.Since ?? Now),
        };
    }

    private static DateTimeOffset Seconds(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), time.Offset);

    private static string Shortened(string text) => text.Length <= LongestReason ? text : text[..LongestReason] + "…";

    private bool IsHere(WanObject item, IReadOnlyDictionary<string, WanObject> links) =>
        item.Kind == WanKinds.Link
            ? item.NodeSelector.All(label => Labels.TryGetValue(label.Key, out string? value) && value == label.Value)
            : item.Kind != WanKinds.Association || item.Links.Any(name => !links.TryGetValue(name, out WanObject? link) || IsHere(link, links));

    private (bool Accepted, string? Refusal) Acceptance(WanObject item)
    {
        IReadOnlyList<CandidateError> errors = Settlement.Errors;
        if (errors.Count == 0)
        {
            return (true, null);
        }

        string[] own = [.. errors.Where(error => error.Subject == item.Subject).Select(error => error.Text)];
        if (own.Length > 0)
        {
            return (false, Shortened(string.Join('\n', own)));
        }

        string[] others = [.. errors.Select(error => error.Subject).Where(subject => subject.Length > 0).Distinct()];
        string because = others.Length > 0 ? string.Join(", ", others) : errors[0].Text;
        return (false, Shortened($"Held back: a policy is put in force whole, and something else in it is refused: {because}"));
    }

    private WanNodeStatus OfLink(WanObject item) => Wan?.Links.FirstOrDefault(link => link.Name == item.Name) is { } link
        ? new WanNodeStatus { Ready = link.IsUsable, State = link.State.ToString(), Reason = Shortened(link.Reason), Since = link.Since }
        : new WanNodeStatus { Ready = Wan is null ? null : false };

    private WanNodeStatus OfAssociation(WanObject item)
    {
        if (Wan?.Associations.FirstOrDefault(association => association.Name == item.Name) is not { } association)
        {
            return new WanNodeStatus { Ready = Wan is null ? null : false };
        }

        ImmutableArray<string> links = [.. association.Links.Select(share => share.Link)];
        return new WanNodeStatus
        {
            Ready = !links.IsEmpty,
            State = association.Reason.ToString(),
            Reason = association.Reason switch
            {
                SelectionReason.Tier => $"Tier {association.Tier + 1} has a link that works and keeps the SLA class.",
                SelectionReason.Backup => "No normal link qualifies; a backup link does.",
                SelectionReason.BestOfWorst => "No link keeps the SLA class; the one that breaks it least is in use.",
                _ => "No link qualifies.",
            },
            Links = links,
        };
    }
}
