using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Clovisor.Wan.Associations;
using Clovisor.Wan.Selection;

namespace Clovisor.Wan.Explanation;

/// <summary>Why a session takes the link that it takes.</summary>
public sealed record SessionExplanation
{
    /// <summary>The association of the session, and by what; null when none means it, and it takes the node's own routes.</summary>
    public required AssociationMatch? Match { get; init; }

    /// <summary>The slot that it falls into; null when neither its tuple nor its sticky key is known.</summary>
    public byte? Slot { get; init; }

    /// <summary>Whether the slot is that of its sticky key.</summary>
    public bool BySticky { get; init; }

    /// <summary>The link that a new session takes now; null when there is none, or when the slot is not known and several links share.</summary>
    public string? Link { get; init; }

    /// <summary>What it looks like on that link, and whether it can leave it while it lives; null without a link.</summary>
    public SessionAddressing? Addressing { get; init; }

    /// <summary>Why the association takes the links that it takes; null without an association.</summary>
    public SelectionReason? Reason { get; init; }

    /// <summary>Every link that the association names, in order, and what each one failed.</summary>
    public ImmutableArray<LinkCandidate> Candidates { get; init; } = [];

    /// <summary>The same for a person to read.</summary>
    public override string ToString()
    {
        if (Match is not { } match)
        {
            return "No association means this session: it takes the node's own routes.\n";
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Association '{match.Association.Name}' has it, by {Show(match.Kind)} {match.Match}.\n");
        text.Append(Reason switch
        {
            SelectionReason.Tier => "Its best tier with a link that works and keeps what is asked is in use.\n",
            SelectionReason.Backup => "No normal link qualifies; backup links are in use.\n",
            SelectionReason.BestOfWorst => "No link keeps what is asked; the one that breaks it least is in use.\n",
            _ => match.Association.OnNoLink switch
            {
                NoLinkAction.Drop => "No link qualifies: it is dropped.\n",
                NoLinkAction.Unreachable => "No link qualifies: its sender is told that there is no way.\n",
                _ => "No link qualifies: it takes the node's own routes.\n",
            },
        });
        if (Slot is { } slot)
        {
            text.Append(CultureInfo.InvariantCulture, $"It falls into slot {slot}, by its {(BySticky ? $"sticky key ({match.Association.Sticky.Kind})" : "tuple")}: {Link ?? "no link"}.\n");
        }

        if (Addressing is { } addressing)
        {
            text.Append(CultureInfo.InvariantCulture, $"There it is {addressing}\n");
        }

        foreach (LinkCandidate candidate in Candidates)
        {
            string state = candidate.Obstacle ?? (candidate.Slots > 0 ? "in use" : "qualifies; a better tier is in use");
            text.Append(CultureInfo.InvariantCulture, $"  tier {candidate.Tier}  {candidate.Link}  weight {candidate.Weight}  {candidate.Slots}/64  {candidate.Addressing.ToString().ToLowerInvariant()}  {state}\n");
        }

        return text.ToString();
    }

    private static string Show(MatchKind kind) => kind switch { MatchKind.MeshRoute => "mesh route", MatchKind.Flow => "flow", _ => "tag" };
}
