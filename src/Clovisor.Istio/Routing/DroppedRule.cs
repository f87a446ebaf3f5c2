using Clovisor.Istio.Resources;

namespace Clovisor.Istio.Routing;

/// <summary>A rule, or one match of it, that does not reach a table, and why.</summary>
/// <param name="VirtualService">The object.</param>
/// <param name="RuleIndex">The index of the rule from 0, or -1 for the whole object.</param>
/// <param name="MatchIndex">The index of the match from 0, or -1 for the whole rule.</param>
/// <param name="Why">The reason, in words.</param>
/// <param name="Source">The file and line of the rule.</param>
public sealed record DroppedRule(ObjectKey VirtualService, int RuleIndex, int MatchIndex, string Why, SourceLocation Source);
