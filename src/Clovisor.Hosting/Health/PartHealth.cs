using System.Collections.Immutable;

namespace Clovisor.Hosting.Health;

/// <summary>How one part is, and why.</summary>
/// <param name="Name">The part: <c>configuration</c>, <c>associations</c>, <c>options</c>, <c>links</c>, <c>datapath</c>, <c>session-api</c>, <c>kubernetes</c>, <c>status</c>.</param>
/// <param name="Level">How it is.</param>
/// <param name="Reasons">All reasons why it is not healthy; empty when it is.</param>
/// <param name="Warnings">What is probably not meant, but does no harm to the rest: an association whose route rule does not exist, for example.</param>
public sealed record PartHealth(string Name, HealthLevel Level, ImmutableArray<string> Reasons, ImmutableArray<string> Warnings);
