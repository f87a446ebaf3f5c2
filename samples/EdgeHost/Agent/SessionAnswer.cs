namespace Clovisor.EdgeHost.Agent;

/// <summary>What the agent made of a report.</summary>
/// <param name="Association">The WAN association, or null when no rule leads to one.</param>
/// <param name="Link">The link that the session will take, or null when its way is the node's own.</param>
/// <param name="Route">The rule that matched.</param>
/// <param name="Revision">Of the rules by which it was decided.</param>
internal sealed record SessionAnswer(string? Association, string? Link, string? Route, long Revision);
