using Clovisor.Bpf.Maps;

namespace Clovisor.Bpf.Programs;

/// <summary>What goes with instructions that are loaded without an object file. The defaults suit a small network program.</summary>
public sealed record BpfProgramOptions
{
    /// <summary>The kernel's name of the program: letters, digits, <c>_</c> and <c>.</c>; 15 characters are kept. Default: none.</summary>
    public string? Name { get; init; }

    /// <summary>The licence, which decides about helpers that only GPL-compatible programs may call. Default: <c>GPL</c>.</summary>
    public string License { get; init; } = "GPL";

    /// <summary>Where the program will be attached, for types that are verified for one place. Default: none. From Linux 4.17.</summary>
    public BpfAttachType? ExpectedAttachType { get; init; }

    /// <summary>The kernel's <c>BPF_F_…</c> flags of loading, for example 16 for a program that may sleep. Default: 0.</summary>
    public uint Flags { get; init; }

    /// <summary>The kernel function or hook by its number in the kernel's BTF, for tracing, LSM and extensions. Default: 0. From Linux 5.5.</summary>
    public uint AttachBtfId { get; init; }

    /// <summary>The program whose function is replaced or traced; <see cref="AttachBtfId"/> is then a number in its BTF. Default: none. Not owned.</summary>
    public BpfProgram? AttachTo { get; init; }

    /// <summary>Maps that live as long as the program, although its code may not name them. Default: none. Not owned. From Linux 5.10.</summary>
    public IReadOnlyList<BpfMap> BoundMaps { get; init; } = [];
}
