namespace Clovisor.Bpf.Maps;

/// <summary>What a map takes and whether it may still be written, at the moment of asking.</summary>
/// <param name="MemoryBytes">Memory of the kernel that the map takes. Before Linux 6.4, or for some types, an estimate from its size.</param>
/// <param name="IsFrozen">Whether user space may only read it; see <see cref="BpfMap.Freeze"/>. From Linux 5.2.</param>
public readonly record struct BpfMapUsage(long MemoryBytes, bool IsFrozen);
