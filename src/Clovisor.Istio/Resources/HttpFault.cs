namespace Clovisor.Istio.Resources;

/// <summary>A fault that the proxy injects after the route was chosen. Carried as data: whether it strikes is chance.</summary>
public sealed record HttpFault
{
    /// <summary>Gets the delay before the request goes on, or null.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Gets the share of requests that are delayed, in percent, 0 to 100.</summary>
    public double DelayPercentage { get; init; }

    /// <summary>Gets the status that aborted requests are answered with; 0 when none are.</summary>
    public int AbortHttpStatus { get; init; }

    /// <summary>Gets the gRPC status that aborted requests are answered with, or an empty string.</summary>
    public string AbortGrpcStatus { get; init; } = "";

    /// <summary>Gets the share of requests that are aborted, in percent, 0 to 100.</summary>
    public double AbortPercentage { get; init; }
}
