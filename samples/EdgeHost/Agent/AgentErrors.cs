namespace Clovisor.EdgeHost.Agent;

/// <summary>Why the agent refused a question.</summary>
internal sealed record AgentErrors(IReadOnlyList<AgentErrors.One> Errors)
{
    internal sealed record One(string Field, string Message);
}
