namespace Clovisor.Bpf.Links;

/// <summary>One program of a hook.</summary>
/// <param name="ProgramId">The kernel's number of the program.</param>
/// <param name="LinkId">The kernel's number of the link that holds it; 0 when none does, or the kernel does not say for this kind of hook.</param>
/// <param name="Flags">The flags that it was attached with: 1 may be overridden, 2 one of several, 64 before those of groups below.</param>
public readonly record struct BpfAttachedProgram(uint ProgramId, uint LinkId, uint Flags);
