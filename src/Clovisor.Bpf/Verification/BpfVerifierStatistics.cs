namespace Clovisor.Bpf.Verification;

/// <summary>The last line of a verifier log: how much work it was.</summary>
/// <param name="ProcessedInstructions">How many instructions were walked, on all paths together.</param>
/// <param name="InstructionLimit">How many may be walked.</param>
/// <param name="TotalStates">How many states were kept.</param>
/// <param name="PeakStates">How many states were kept at once, at most.</param>
/// <param name="StackDepth">The deepest stack of each function in bytes; empty when the log does not say.</param>
public sealed record BpfVerifierStatistics(
    long ProcessedInstructions, long InstructionLimit, long TotalStates, long PeakStates, IReadOnlyList<int> StackDepth);
