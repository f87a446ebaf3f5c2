namespace Clovisor.Istio.Resources;

/// <summary>A retry policy. Carried as data.</summary>
public sealed record HttpRetries
{
    /// <summary>Gets the number of further attempts; 0 turns retries off.</summary>
    public int Attempts { get; init; }

    /// <summary>Gets the timeout of one attempt, or null for that of the request.</summary>
    public TimeSpan? PerTryTimeout { get; init; }

    /// <summary>Gets the conditions, comma-separated as written, or an empty string for Istio's default.</summary>
    public string RetryOn { get; init; } = "";
}
