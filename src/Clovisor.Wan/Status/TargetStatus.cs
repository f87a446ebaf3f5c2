using System.Net;
using Clovisor.Wan.Sla;

namespace Clovisor.Wan.Status;

/// <summary>One target of a link's probes.</summary>
public sealed record TargetStatus
{
    /// <summary>The target.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Whether so many probes in a row went without an answer that the target counts as dead.</summary>
    public required bool IsDead { get; init; }

    /// <summary>Loss, latency and jitter over the last 10 seconds.</summary>
    public required LinkQuality Quality { get; init; }

    /// <summary>When the last answer came; null when none has since the link's device or address last changed.</summary>
    public DateTimeOffset? LastAnswer { get; init; }

    /// <summary>Why the last probe could not be sent; null when it was.</summary>
    public string? SendError { get; init; }

    /// <summary>What came in place of an answer, such as a refused connection or another status; null when nothing did since the last answer.</summary>
    public string? Failure { get; init; }
}
