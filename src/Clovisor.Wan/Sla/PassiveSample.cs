namespace Clovisor.Wan.Sla;

/// <summary>What the sessions on a link tell of it, over the time since the last sample of that link.</summary>
/// <param name="Link">The name of the link.</param>
/// <param name="Packets">How many packets were watched: sent data segments, or replies that could be told lost or not. 0 says nothing.</param>
/// <param name="Lost">How many of them had to be sent again; 0 to <paramref name="Packets"/>.</param>
/// <param name="RoundTrip">The mean of the round trips that were measured; null when none was.</param>
public readonly record struct PassiveSample(string Link, long Packets, long Lost, TimeSpan? RoundTrip = null);
