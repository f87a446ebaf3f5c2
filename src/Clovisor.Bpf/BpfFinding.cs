using Clovisor.Bpf.Features;

namespace Clovisor.Bpf;

/// <summary>One thing that BPF needs, and whether this machine has it.</summary>
/// <param name="Name">What is needed.</param>
/// <param name="Answer">Whether it is there.</param>
/// <param name="IsRequired">Whether nothing can be loaded without it; otherwise something works less well.</param>
/// <param name="Detail">What was looked at and found.</param>
/// <param name="Remedy">What to do; null when it is there.</param>
public sealed record BpfFinding(string Name, BpfSupport Answer, bool IsRequired, string Detail, string? Remedy)
{
    /// <summary>One line for a person.</summary>
    public override string ToString() => $"{Name}: {Answer}. {Detail}{(Remedy is null ? "" : $" {Remedy}")}";
}
