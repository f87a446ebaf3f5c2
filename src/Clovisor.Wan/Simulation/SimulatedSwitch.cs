using System.Collections.Immutable;
using Clovisor.Wan.Selection;
using Clovisor.Wan.Status;

namespace Clovisor.Wan.Simulation;

/// <summary>An association took other links.</summary>
/// <param name="At">When, from the beginning of the history.</param>
/// <param name="Association">The name of the association.</param>
/// <param name="From">The links before, with their slots; empty for none.</param>
/// <param name="To">The links since.</param>
/// <param name="Reason">Why these.</param>
public sealed record SimulatedSwitch(
    TimeSpan At, string Association, ImmutableArray<LinkShare> From, ImmutableArray<LinkShare> To, SelectionReason Reason);
