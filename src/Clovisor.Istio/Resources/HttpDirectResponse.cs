namespace Clovisor.Istio.Resources;

/// <summary>An answer that the proxy gives without asking anybody.</summary>
public sealed record HttpDirectResponse
{
    /// <summary>Gets the status code, 200 to 600.</summary>
    public required int Status { get; init; }

    /// <summary>Gets the body, or null.</summary>
    public string? Body { get; init; }
}
