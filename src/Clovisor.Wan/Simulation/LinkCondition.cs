using System.Collections.Immutable;
using System.Net;

namespace Clovisor.Wan.Simulation;

/// <summary>How a link behaves for a time. The default is a link that works: 20 ms, without loss.</summary>
public sealed record LinkCondition
{
    /// <summary>Whether the device has carrier. The default is true.</summary>
    public bool Carrier { get; init; } = true;

    /// <summary>The share of round trips that are lost, 0 to 1, each by itself; 1 is a black hole. The default is 0.</summary>
    public double Loss { get; init; }

    /// <summary>The round trip. The default is 20 ms.</summary>
    public TimeSpan RoundTrip { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>By how much a round trip may be longer, evenly distributed. The default is 0.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Loss that one target of probes adds by itself, 0 to 1: one that limits its answers, or fails.</summary>
    public ImmutableDictionary<IPAddress, double> TargetLoss { get; init; } = ImmutableDictionary<IPAddress, double>.Empty;

    /// <summary>How many packets a second the sessions on the link tell of; 0, the default, is no passive measurement.</summary>
    public double PassivePacketsPerSecond { get; init; }
}
