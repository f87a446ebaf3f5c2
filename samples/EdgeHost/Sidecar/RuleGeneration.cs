namespace Clovisor.EdgeHost.Sidecar;

/// <summary>What must not change during the life of a pool.</summary>
/// <param name="Revision">Of the rules.</param>
/// <param name="Epoch">Grows when the agent is back after it could not be asked: connections of the time between carry no class.</param>
internal readonly record struct RuleGeneration(long Revision, int Epoch);
