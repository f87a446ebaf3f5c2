using System.Net;

namespace Clovisor.EdgeHost.Client;

/// <summary>What each user does.</summary>
internal sealed record ClientPlan
{
    public required IPEndPoint Via { get; init; }

    public required string Authority { get; init; }

    public required int Requests { get; init; }

    public required TimeSpan Duration { get; init; }

    public required TimeSpan Interval { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required long Download { get; init; }

    public required long Upload { get; init; }

    public required long Rate { get; init; }
}
