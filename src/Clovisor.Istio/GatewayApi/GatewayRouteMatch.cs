using System.Collections.Immutable;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.GatewayApi;

/// <summary>One match of an HTTP or gRPC rule. All fields that are set must hold.</summary>
public sealed record GatewayRouteMatch
{
    /// <summary>Gets the condition on the path, or null in a gRPC match without a method. A prefix counts whole path elements.</summary>
    public StringMatch? Path { get; init; }

    /// <summary>Gets the method, or an empty string.</summary>
    public string Method { get; init; } = "";

    /// <summary>Gets the conditions on headers by name as written. Of entries with the same name Istio keeps the last.</summary>
    public ImmutableDictionary<string, StringMatch> Headers { get; init; } = ImmutableDictionary<string, StringMatch>.Empty;

    /// <summary>Gets the conditions on query parameters by name.</summary>
    public ImmutableDictionary<string, StringMatch> QueryParams { get; init; } = ImmutableDictionary<string, StringMatch>.Empty;

    /// <summary>Gets the line the match starts at, from 1; 0 when unknown.</summary>
    public int Line { get; init; }
}
