using Clovisor.Bpf.Links;

namespace Clovisor.Bpf.Networking;

/// <summary>How a program is attached to traffic control.</summary>
public sealed record TcAttachOptions
{
    /// <summary>The way to attach.</summary>
    /// <value>The default is null: tcx, and clsact where the kernel turns out to have no tcx.</value>
    public TcAttachmentKind? Kind { get; init; }

    /// <summary>The place among the other programs of a tcx hook. Does not apply to clsact, where <see cref="Priority"/> orders.</summary>
    /// <value>The default is <see cref="AttachOrder.Last"/>.</value>
    public AttachOrder Order { get; init; } = AttachOrder.Last;

    /// <summary>The revision that a tcx hook must have still, as <see cref="BpfAttachments.OfInterface"/> gave it; otherwise attaching is refused with ESTALE.</summary>
    /// <value>The default is 0: any. Other values make attaching by clsact an error, which has no revisions.</value>
    public ulong ExpectedRevision { get; init; }

    /// <summary>The priority of a clsact filter; lower ones run first. With <see cref="Handle"/> it names the filter.</summary>
    /// <value>The default is 1000. Must be from 1 to 65535.</value>
    public ushort Priority { get; init; } = 1000;

    /// <summary>The handle of a clsact filter within its priority.</summary>
    /// <value>The default is 1. Must not be 0.</value>
    public uint Handle { get; init; } = 1;

    /// <summary>
    /// Makes the attachment outlive its owner. A tcx link is pinned at this path; a link that is pinned there already, on the same device and
    /// side, is adopted and its program swapped in one step. A clsact filter needs no pin and is left in place when its owner is disposed. What a run before left of
    /// the other kind, at the same path or of the same priority, handle and program name, is replaced: the program never stays attached twice.
    /// </summary>
    /// <value>The default is null: disposing detaches. The path must be in a BPF file system, in a directory that exists.</value>
    public string? PinPath { get; init; }
}
