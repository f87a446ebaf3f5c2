namespace Clovisor.Bpf.Networking;

/// <summary>How a program is attached to a device's receive path.</summary>
public sealed record XdpAttachOptions
{
    /// <summary>Where it is to run.</summary>
    /// <value>The default is <see cref="XdpMode.NativeThenGeneric"/>.</value>
    public XdpMode Mode { get; init; } = XdpMode.NativeThenGeneric;

    /// <summary>Whether to attach by netlink, as kernels before 5.9 want it, and not by a link.</summary>
    /// <value>The default is null: by a link, and by netlink where the kernel turns out to have no such links.</value>
    public bool? ByNetlink { get; init; }

    /// <summary>
    /// Makes the attachment outlive its owner. A link is pinned at this path; a link that is pinned there already, on the same device, is adopted and its
    /// program swapped in one step. What netlink attached stays on the device, and a program of the same name there is replaced.
    /// </summary>
    /// <value>The default is null: disposing detaches. The path must be in a BPF file system, in a directory that exists.</value>
    public string? PinPath { get; init; }
}
