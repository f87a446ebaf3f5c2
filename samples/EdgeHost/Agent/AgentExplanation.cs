namespace Clovisor.EdgeHost.Agent;

/// <summary>Why a request would take the link that it would take.</summary>
internal sealed record AgentExplanation(long Revision, string Text);
