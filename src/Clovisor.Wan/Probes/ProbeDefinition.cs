using System.Collections.Immutable;
using System.Net;

namespace Clovisor.Wan.Probes;

/// <summary>How the health of a link is asked for: what is sent to whom, how often, and what counts as a failure.</summary>
/// <remarks>
/// <para>
/// A link counts as dead when fewer than <see cref="Quorum"/> targets are alive; a target is dead after <see cref="Lost"/> probes
/// in a row without an answer. How long an answer is waited for follows the round trips that were measured (mean + 4 deviations),
/// at least half of <see cref="Interval"/> and at most <see cref="Timeout"/>. A link with short round trips that fails silently is
/// therefore found within (<see cref="Lost"/> + ½) · <see cref="Interval"/>, 0.9 seconds by default; and a satellite link with a long
/// round trip is not mistaken for a dead one. An answer that comes later still revives its target.
/// </para>
/// <para>A probe that this process itself sent late by more than half an interval counts neither way: a busy node is no bad link.</para>
/// <para>Immutable. Two definitions are equal when all their values are, targets in order.</para>
/// </remarks>
public sealed record ProbeDefinition
{
    /// <summary>What is sent. The default is <see cref="ProbeKind.Icmp"/>.</summary>
    public ProbeKind Kind { get; init; }

    /// <summary>Who is asked: 1 to 8 unicast addresses, none twice. Addresses, not names: a name would need the link to resolve.</summary>
    public required ImmutableArray<IPAddress> Targets { get; init => field = value.IsDefault ? [] : value; }

    /// <summary>The time from one probe of a target to the next. 20 ms to 1 minute; the default is 250 ms.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest time that an answer is waited for. 10 ms to 1 minute; the default is 1 second.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many probes in a row without an answer make a target dead. 1 to 100; the default is 3.</summary>
    public int Lost { get; init; } = 3;

    /// <summary>How many targets must be alive for the link to be. 1 to the number of targets; the default is 1.</summary>
    public int Quorum { get; init; } = 1;

    /// <inheritdoc/>
    public bool Equals(ProbeDefinition? other) =>
        other is not null
        && (Kind, Interval, Timeout, Lost, Quorum) == (other.Kind, other.Interval, other.Timeout, other.Lost, other.Quorum)
        && Targets.AsSpan().SequenceEqual(other.Targets.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Interval, Timeout, Lost, Quorum, Targets.Length);
}
