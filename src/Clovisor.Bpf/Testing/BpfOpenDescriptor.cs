namespace Clovisor.Bpf.Testing;

/// <summary>A descriptor that nobody has disposed.</summary>
/// <param name="Descriptor">Its number; of a lost one the number it had.</param>
/// <param name="Order">Rises with every opening, so that what a test opened can be told from what was open before.</param>
/// <param name="IsLost">Whether the garbage collector closed it, since its owner was dropped without being disposed.</param>
/// <param name="OpenedAt">The stack of the call that opened it.</param>
public sealed record BpfOpenDescriptor(int Descriptor, long Order, bool IsLost, string OpenedAt);
