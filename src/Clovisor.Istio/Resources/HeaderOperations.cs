namespace Clovisor.Istio.Resources;

/// <summary>Header changes in both directions.</summary>
public sealed record HeaderOperations
{
    /// <summary>Gets the changes of the request, or null.</summary>
    public HeaderChanges? Request { get; init; }

    /// <summary>Gets the changes of the response, or null.</summary>
    public HeaderChanges? Response { get; init; }
}
