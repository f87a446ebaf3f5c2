using Clovisor.Wan.Links;

namespace Clovisor.Wan.Simulation;

/// <summary>A link changed its state.</summary>
/// <param name="At">When, from the beginning of the history.</param>
/// <param name="Link">The name of the link.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state since.</param>
/// <param name="Reason">Why, in words for an operator.</param>
public readonly record struct SimulatedTransition(TimeSpan At, string Link, LinkState From, LinkState To, string Reason);
