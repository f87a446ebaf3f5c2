namespace Clovisor.Bpf.Features;

/// <summary>The answer to a question about the kernel, and what it rests on.</summary>
/// <param name="Answer">Yes, no, or neither.</param>
/// <param name="Reason">What was tried and what the kernel said.</param>
public readonly record struct BpfProbeResult(BpfSupport Answer, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Answer}: {Reason}";
}
