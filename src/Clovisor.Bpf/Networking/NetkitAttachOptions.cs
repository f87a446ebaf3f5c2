using Clovisor.Bpf.Links;

namespace Clovisor.Bpf.Networking;

/// <summary>How a program is attached to a netkit device.</summary>
public sealed record NetkitAttachOptions
{
    /// <summary>The end whose packets the program sees.</summary>
    /// <value>The default is <see cref="NetkitEnd.Primary"/>.</value>
    public NetkitEnd End { get; init; }

    /// <summary>The place among the other programs of this end.</summary>
    /// <value>The default is null: after all others.</value>
    public AttachOrder? Order { get; init; }

    /// <summary>The revision that the hook must have still, as <see cref="BpfAttachments.OfInterface"/> gave it; otherwise attaching is refused with ESTALE.</summary>
    /// <value>The default is 0: any.</value>
    public ulong ExpectedRevision { get; init; }
}
