namespace Clovisor.Bpf.Links;

/// <summary>What the kernel says of a link at this moment.</summary>
/// <param name="Type">What it attaches to.</param>
/// <param name="Id">The kernel's number of this link, unique while it lives.</param>
/// <param name="ProgramId">The number of the program that runs.</param>
/// <param name="InterfaceIndex">The device of a tcx link; 0 for other types, and once the device is gone.</param>
/// <param name="AttachType">The kernel's number of the hook, for a tcx link; 0 for other types.</param>
public sealed record BpfLinkInfo(BpfLinkType Type, uint Id, uint ProgramId, int InterfaceIndex, int AttachType);
