namespace Clovisor.Bpf.Networking;

/// <summary>What runs on a device's receive path.</summary>
/// <param name="Mode">Where it runs: never <see cref="XdpMode.NativeThenGeneric"/>.</param>
/// <param name="ProgramId">The kernel's number of the program.</param>
public readonly record struct XdpState(XdpMode Mode, uint ProgramId);
