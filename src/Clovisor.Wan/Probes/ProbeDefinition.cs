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
    private readonly TimeSpan? _interval;
    private readonly TimeSpan? _timeout;

    /// <summary>What is sent. The default is <see cref="ProbeKind.Icmp"/>.</summary>
    public ProbeKind Kind { get; init; }

    /// <summary>Who is asked: 1 to 8 unicast addresses, none twice. Addresses, not names: a name would need the link to resolve.</summary>
    public required ImmutableArray<IPAddress> Targets { get; init => field = value.IsDefault ? [] : value; }

    /// <summary>The time from one probe of a target to the next. 20 ms to 1 minute; the default is 250 ms for ICMP, and 5 seconds for the others, whose targets have more to do for each.</summary>
    public TimeSpan Interval
    {
        get => _interval ?? TimeSpan.FromMilliseconds(Kind == ProbeKind.Icmp ? 250 : 5000);
        init => _interval = value;
    }

    /// <summary>The longest time that an answer is waited for. 10 ms to 1 minute; the default is 1 second for ICMP, and 3 seconds for the others.</summary>
    public TimeSpan Timeout
    {
        get => _timeout ?? TimeSpan.FromSeconds(Kind == ProbeKind.Icmp ? 1 : 3);
        init => _timeout = value;
    }

    /// <summary>How many probes in a row without an answer make a target dead. 1 to 100; the default is 3.</summary>
    public int Lost { get; init; } = 3;

    /// <summary>How many targets must be alive for the link to be. 1 to the number of targets; the default is 1.</summary>
    public int Quorum { get; init; } = 1;

    /// <summary>The port, 1 to 65535. Null, the default, is 80 for HTTP, 443 for HTTPS and 53 for DNS; TCP has none; without a meaning for ICMP.</summary>
    public int? Port { get; init; }

    /// <summary>The code point of what is sent, 0 to 63; the default is 0. That of the class whose treatment on the way is to be judged. Never
    /// taken for a tag: a probe leaves by its link.</summary>
    public byte Dscp { get; init; }

    /// <summary>For HTTP the Host field, by default the target's address; for HTTPS, which needs it, also the name that the certificate must bear. At most 253 bytes.</summary>
    public string? Host { get; init; }

    /// <summary>What HTTP asks for; the default is <c>/</c>. Begins with a slash; at most 1024 visible ASCII characters.</summary>
    public string Path { get; init; } = "/";

    /// <summary>The status that an HTTP response must have, 100 to 599; null, the default, takes any from 200 to 399.</summary>
    public int? Status { get; init; }

    /// <summary>A text that the first 64 KiB of the HTTP response's body must contain, as bytes of UTF-8; null, the default, for none.</summary>
    public string? Body { get; init; }

    /// <summary>The name whose name servers DNS asks for; the default is the root, which every resolver knows. At most 253 bytes of ASCII.</summary>
    public string Query { get; init; } = ".";

    /// <summary>Whether an HTTPS probe asks for a certificate that the machine trusts. The default is true.</summary>
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>The port in use; 0 where there is none.</summary>
    internal int PortInUse => Port ?? Kind switch
    {
        ProbeKind.Http => 80,
        ProbeKind.Https => 443,
        ProbeKind.Dns => 53,
        _ => 0,
    };

    /// <inheritdoc/>
    public bool Equals(ProbeDefinition? other) =>
        other is not null
        && (Kind, Interval, Timeout, Lost, Quorum) == (other.Kind, other.Interval, other.Timeout, other.Lost, other.Quorum)
        && (Port, Dscp, Host, Path) == (other.Port, other.Dscp, other.Host, other.Path)
        && (Status, Body, Query, VerifyCertificate) == (other.Status, other.Body, other.Query, other.VerifyCertificate)
        && Targets.AsSpan().SequenceEqual(other.Targets.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Interval, Timeout, Lost, Quorum, Targets.Length);
}
