namespace Clovisor.Bpf.Links;

/// <summary>What is attached to a hook.</summary>
/// <param name="Revision">A number that grows with every change; attaching can be made to depend on it. 0 where the kernel keeps none.</param>
/// <param name="Flags">For a control group: 0 a single program, 1 one that groups below may override, 2 several.</param>
/// <param name="Programs">The programs in the order in which they run.</param>
public sealed record BpfHookState(ulong Revision, uint Flags, IReadOnlyList<BpfAttachedProgram> Programs);
