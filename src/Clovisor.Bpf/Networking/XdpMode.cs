namespace Clovisor.Bpf.Networking;

/// <summary>Where a device runs an XDP program.</summary>
public enum XdpMode
{
    /// <summary>In the driver, where it can; in the stack, where the driver cannot. A policy: what came out is one of the others.</summary>
    NativeThenGeneric = 0,

    /// <summary>In the driver, before a packet costs any memory.</summary>
    Native = 1,

    /// <summary>In the stack: slower, and works on every device.</summary>
    Generic = 2,

    /// <summary>On the card itself.</summary>
    Offload = 3,
}
