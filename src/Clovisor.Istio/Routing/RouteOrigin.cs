using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Routing;

/// <summary>The rule of a Gateway API route that a route was made from.</summary>
/// <param name="Kind">The kind, such as <c>HTTPRoute</c>.</param>
/// <param name="Route">The object.</param>
/// <param name="RuleIndex">The index of the rule in the object, from 0.</param>
/// <param name="MatchIndex">The index of the match in the rule, from 0; -1 for a rule without matches.</param>
/// <param name="Source">The file and line of the rule.</param>
public sealed record RouteOrigin(string Kind, ObjectKey Route, int RuleIndex, int MatchIndex, SourceLocation Source);
