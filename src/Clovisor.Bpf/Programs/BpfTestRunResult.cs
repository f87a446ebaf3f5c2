namespace Clovisor.Bpf.Programs;

/// <summary>What a test-run gave.</summary>
/// <param name="ReturnCode">The program's return value, as the kernel gives it: -1 for <c>TC_ACT_UNSPEC</c>.</param>
/// <param name="Duration">Mean time of one repetition, cut to 100 ns.</param>
/// <param name="OutputLength">Length of the packet as the program left it; longer than the output buffer when that was too small.</param>
public readonly record struct BpfTestRunResult(int ReturnCode, TimeSpan Duration, int OutputLength)
{
    /// <summary>Mean time of one repetition in nanoseconds, in full.</summary>
    public long Nanoseconds { get; init; }
}
