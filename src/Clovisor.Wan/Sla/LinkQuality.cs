namespace Clovisor.Wan.Sla;

/// <summary>What the probes of one target measured over a window.</summary>
/// <param name="Samples">How many probes the window holds, those that count neither way left out.</param>
/// <param name="Loss">Lost probes by probes, 0 to 1; 0 when there are none.</param>
/// <param name="Latency">The mean round trip; null when nothing was answered.</param>
/// <param name="Jitter">The mean difference of one round trip from the next; null with fewer than two answers.</param>
public readonly record struct LinkQuality(int Samples, double Loss, TimeSpan? Latency, TimeSpan? Jitter);
