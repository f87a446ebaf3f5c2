using System.Collections.Immutable;

namespace Clovisor.Wan.Simulation;

/// <summary>What happens to the links of a site over some time: recorded or made up.</summary>
/// <param name="Length">How long it lasts.</param>
/// <param name="Events">What happens, in any order. A link without an event at 0 begins as one that works.</param>
/// <param name="Seed">Of the random losses and delays: equal histories run equally.</param>
public sealed record LinkHistory(TimeSpan Length, ImmutableArray<LinkEvent> Events, int Seed = 1);
