using Clovisor.Wan.Links;

namespace Clovisor.Wan.Explanation;

/// <summary>A link that an association names, and how it stands.</summary>
/// <param name="Tier">The position of its tier, from 0.</param>
/// <param name="Link">The name of the link.</param>
/// <param name="Weight">Its weight in the tier.</param>
/// <param name="Slots">How many of the association's 64 slots it has now.</param>
/// <param name="Obstacle">What keeps it from being chosen: a criterion, its state, its SLA class; null when nothing does.</param>
public sealed record LinkCandidate(int Tier, string Link, int Weight, int Slots, string? Obstacle)
{
    /// <summary>How the addresses of sessions relate to the link.</summary>
    public AddressingKind Addressing { get; init; }
}
