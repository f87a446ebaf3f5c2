using Clovisor.Bpf.Links;

namespace Clovisor.Bpf.Cgroups;

/// <summary>How a program is attached to a control group.</summary>
public sealed record CgroupAttachOptions
{
    /// <summary>The way to attach.</summary>
    /// <value>The default is null: the first of the kinds, in the order of their numbers, that the kernel has.</value>
    public CgroupAttachmentKind? Kind { get; init; }

    /// <summary>The place among the other programs of this group and hook. From Linux 6.17; older kernels refuse a place, and then nothing is attached.</summary>
    /// <value>The default is null: after all others.</value>
    public AttachOrder? Order { get; init; }

    /// <summary>The revision that the hook must have still, as <see cref="BpfAttachments.OfCgroup"/> gave it; otherwise attaching is refused with ESTALE. From Linux 6.17.</summary>
    /// <value>The default is 0: any.</value>
    public ulong ExpectedRevision { get; init; }

    /// <summary>Whether it runs before the programs of groups below this one, and not after them. From Linux 6.15.</summary>
    /// <value>The default is false.</value>
    public bool BeforeDescendants { get; init; }

    /// <summary>
    /// Makes the attachment outlive its owner. A link is pinned at this path; a link that is pinned there already, on the same group and hook, is
    /// adopted and its program swapped in one step. Without links the program stays with the group, and one of the same name that was left there is taken out.
    /// </summary>
    /// <value>The default is null: disposing detaches. The path must be in a BPF file system, in a directory that exists.</value>
    public string? PinPath { get; init; }
}
