using System.Collections.Immutable;

namespace Clovisor.Istio.Routing;

/// <summary>Which parts of a request the rules of a table look at. Two requests for one host that agree in them take the same route.</summary>
public sealed record RequestFields
{
    /// <summary>Gets a value indicating whether a rule looks at the path.</summary>
    public bool Path { get; init; }

    /// <summary>Gets a value indicating whether a rule looks at the method.</summary>
    public bool Method { get; init; }

    /// <summary>Gets a value indicating whether a rule looks at the authority, beyond the choice of the virtual host.</summary>
    public bool Authority { get; init; }

    /// <summary>Gets a value indicating whether a rule looks at the scheme.</summary>
    public bool Scheme { get; init; }

    /// <summary>Gets the names of the headers that rules look at, in lower case and sorted.</summary>
    public ImmutableArray<string> Headers { get; init; } = [];

    /// <summary>Gets the names of the query parameters that rules look at, sorted.</summary>
    public ImmutableArray<string> QueryParameters { get; init; } = [];

    /// <summary>Gets the claims that rules look at, as written and sorted.</summary>
    public ImmutableArray<string> Claims { get; init; } = [];
}
