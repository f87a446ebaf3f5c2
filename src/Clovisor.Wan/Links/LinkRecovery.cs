namespace Clovisor.Wan.Links;

/// <summary>What a link that failed must show before it is used again.</summary>
/// <remarks>
/// A link that flaps is kept out for longer each time: every failure adds one to a penalty, which halves every
/// <see cref="HalfLife"/>; the hold-down is <see cref="HoldDown"/> · 2^(penalty − 1), at most <see cref="MaxHoldDown"/>.
/// None of this delays the first use of a link that has not failed yet.
/// </remarks>
public sealed record LinkRecovery
{
    /// <summary>How many probes in a row a quorum of the targets must answer. 1 to 1000; the default is 8.</summary>
    public int Good { get; init; } = 8;

    /// <summary>How long the link must have been good without a break. 0 to 1 hour; the default is 10 seconds.</summary>
    public TimeSpan HoldDown { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>In what time the flap penalty halves. 1 second to 1 day; the default is 60 seconds.</summary>
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The longest hold-down. From <see cref="HoldDown"/> to 1 day; the default is 10 minutes.</summary>
    public TimeSpan MaxHoldDown { get; init; } = TimeSpan.FromMinutes(10);
}
