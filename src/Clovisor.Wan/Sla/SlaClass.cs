namespace Clovisor.Wan.Sla;

/// <summary>What a kind of traffic asks of a link. Measured by the link's probes, and by its sessions where they are watched.</summary>
public sealed record SlaClass
{
    /// <summary>The name that associations use. Lower-case letters, digits, '-' and '.', at most 63 bytes; unique in a configuration.</summary>
    public required string Name { get; init; }

    /// <summary>Lost probes by sent probes, 0 to 1; null asks nothing. Told once there are samples enough to be sure: the further apart the two
    /// values of the limit, the sooner.</summary>
    public SlaLimit<double>? Loss { get; init; }

    /// <summary>The mean round trip, above 0 and at most 1 minute; null asks nothing.</summary>
    public SlaLimit<TimeSpan>? Latency { get; init; }

    /// <summary>The mean difference of one round trip from the next, above 0 and at most 1 minute; null asks nothing.</summary>
    public SlaLimit<TimeSpan>? Jitter { get; init; }

    /// <summary>The length of the window of latency and jitter. 1 second to 10 minutes; the default is 10 seconds.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);
}
