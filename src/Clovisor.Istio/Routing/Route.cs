using System.Collections.Immutable;
using Clovisor.Istio.Matching;
using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Routing;

/// <summary>One entry of a virtual host: a match, and what is done with requests that fit.</summary>
/// <remarks>Immutable; may be shared between threads.</remarks>
public sealed class Route
{
    private readonly HeaderMatcher[] _headers;
    private readonly QueryMatcher[] _query;

    internal Route(string name, PathMatcher path, HeaderMatcher[] headers, QueryMatcher[] query, RouteAction action)
    {
        Name = name;
        Path = path;
        _headers = headers;
        _query = query;
        Action = action;
    }

    /// <summary>Gets Envoy's name of the route: the rule's name, with <c>.</c> and the match's name where that has one.</summary>
    public string Name { get; }

    /// <summary>Gets the VirtualService, or null for a default route.</summary>
    public ObjectKey? VirtualService { get; internal init; }

    /// <summary>Gets the index of the rule in <see cref="VirtualService"/>, from 0; -1 for a default route.</summary>
    public int RuleIndex { get; internal init; } = -1;

    /// <summary>Gets the name of the rule, or an empty string. A delegated rule has both names, joined by a dash.</summary>
    public string RuleName { get; internal init; } = "";

    /// <summary>Gets the index of the match in its rule, from 0; -1 for a rule without matches. In a delegated rule it counts the merged matches.</summary>
    public int MatchIndex { get; internal init; } = -1;

    /// <summary>Gets the name of the match, or an empty string.</summary>
    public string MatchName { get; internal init; } = "";

    /// <summary>Gets the VirtualService that the rule was delegated to, or null.</summary>
    public ObjectKey? Delegate { get; internal init; }

    /// <summary>Gets the index of the rule in <see cref="Delegate"/>, from 0, or -1.</summary>
    public int DelegateRuleIndex { get; internal init; } = -1;

    /// <summary>Gets the rule of a Gateway API route that the rule was made from, or null. Then <see cref="VirtualService"/> is what Istio makes of it, and no object of the configuration.</summary>
    public RouteOrigin? Origin { get; internal init; }

    /// <summary>Gets the file and line of the rule.</summary>
    public SourceLocation Source { get; internal init; }

    /// <summary>Gets what the route does.</summary>
    public RouteAction Action { get; }

    /// <summary>Gets the header changes.</summary>
    public HeaderMutations Headers { get; internal init; } = HeaderMutations.None;

    /// <summary>Gets the fault that is injected, or null.</summary>
    public HttpFault? Fault { get; internal init; }

    /// <summary>Gets the cross-origin policy, or null.</summary>
    public HttpCorsPolicy? Cors
    {
        get;
        internal init
        {
            field = value;

            // Redirects and direct responses have no cross-origin policy, whatever the rule says.
            CorsPolicy = value is null || Action is not ForwardAction ? null : new CorsPolicy(value);
        }
    }

    internal CorsPolicy? CorsPolicy { get; private init; }

    internal RouteReason Reason { get; init; } = RouteReason.Matched;

    internal PathMatcher Path { get; }

    internal ReadOnlySpan<HeaderMatcher> HeaderMatchers => _headers;

    internal ReadOnlySpan<QueryMatcher> QueryMatchers => _query;

    /// <summary>Gets a value indicating whether the route takes every request, in Istio's narrow sense: it ends a list of rules and moves behind others at gateways.</summary>
    internal bool IsCatchAll => Path.IsCatchAll && _headers.Length == 0 && _query.Length == 0 && Claims.IsEmpty;

    /// <summary>Gets the conditions on claims.</summary>
    internal ImmutableArray<ClaimMatcher> Claims { get; init; } = [];

    /// <summary>Describes the route's conditions.</summary>
    /// <returns>Text such as <c>path prefix "/api", header user exact "boss"</c>.</returns>
    public string DescribeMatch() => string.Join(", ", ImmutableArray.Create($"path {Path}").AddRange(_headers.Select(static h => h.ToString())).AddRange(_query.Select(static q => q.ToString())).AddRange(Claims.Select(static c => c.ToString())));

    internal bool IsMatch(in RequestView request)
    {
        if (!Path.IsMatch(request.Path))
        {
            return false;
        }

        foreach (HeaderMatcher header in _headers)
        {
            if (!header.IsMatch(request))
            {
                return false;
            }
        }

        foreach (QueryMatcher query in _query)
        {
            if (!query.IsMatch(request.Query))
            {
                return false;
            }
        }

        foreach (ClaimMatcher claim in Claims)
        {
            if (!claim.IsMatch(request.Claims))
            {
                return false;
            }
        }

        return true;
    }
}
