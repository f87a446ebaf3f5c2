namespace Clovisor.Wan.Simulation;

/// <summary>A link begins to behave in some way, and does until its next event.</summary>
/// <param name="At">When, from the beginning of the history.</param>
/// <param name="Link">The name of the link.</param>
/// <param name="Condition">How it behaves.</param>
public readonly record struct LinkEvent(TimeSpan At, string Link, LinkCondition Condition);
