namespace Clovisor.EdgeHost.Trial;

/// <summary>Something changed in a simulation.</summary>
/// <param name="Seconds">When, from the beginning.</param>
/// <param name="Kind"><c>link</c> or <c>association</c>.</param>
/// <param name="Name">Which.</param>
/// <param name="From">What it was.</param>
/// <param name="To">What it is since.</param>
/// <param name="Reason">Why.</param>
internal sealed record SimulatedChange(double Seconds, string Kind, string Name, string From, string To, string Reason);
