namespace Clovisor.Istio.Oracle;

/// <summary>One thing that this library answers otherwise than istiod and Envoy.</summary>
/// <param name="Case">The name of the case.</param>
/// <param name="Request">The index of the request in its case, or -1 for the configuration or a table as a whole.</param>
/// <param name="Asked">What was asked, in words.</param>
/// <param name="What">The part of the answer.</param>
/// <param name="Expected">What the oracle answered.</param>
/// <param name="Actual">What this library answers.</param>
/// <param name="Rule">The route and rule by which this library decided, in words.</param>
public sealed record OracleDifference(string Case, int Request, string Asked, string What, string Expected, string Actual, string Rule)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Case}: {Asked}\n  {What}\n    oracle: {Expected}\n    here:   {Actual}\n    by:     {Rule}";
}
