namespace Clovisor.EdgeHost.Agent;

/// <summary>What the agent says of the rules it has in force.</summary>
/// <param name="Revision">Grows with every change that was accepted.</param>
/// <param name="Fields">The parts of a request that any rule looks at.</param>
/// <param name="Reports">Session reports received since the agent started.</param>
internal sealed record AgentRules(long Revision, RuleFields Fields, long Reports);
