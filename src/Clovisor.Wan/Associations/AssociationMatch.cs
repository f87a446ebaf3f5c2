namespace Clovisor.Wan.Associations;

/// <summary>The association of a session, and by what.</summary>
/// <param name="Association">The association.</param>
/// <param name="Position">Its position in the configuration.</param>
/// <param name="Kind">By what kind of match.</param>
/// <param name="Match">By which one, as it is written: the mesh route, the flow, the code point.</param>
public sealed record AssociationMatch(WanAssociation Association, int Position, MatchKind Kind, string Match);
